/// What `/proc/PID/stat` says, as far as it is needed here.
struct ProcessStatus: Sendable, Equatable {
    /// The state, a letter: `Z` for a process that has ended and was not waited for.
    let state: UInt8
    /// The number of the parent process.
    let parent: Int32
    /// The number of the session; 0 where it lies outside of this PID namespace.
    let session: Int32
    /// User and system time of the process and of its children that were waited for, in ticks.
    let ticks: UInt64
    let threads: Int
    /// When the process started, in ticks since the machine did.
    let start: UInt64
    /// The CPU time of the process alone, in ticks.
    let ownTicks: UInt64
    /// Its address space in bytes, and its memory in RAM in pages; 0 where the text ends before.
    let (virtualBytes, residentPages): (UInt64, UInt64)

    /// Whether its first thread has ended, though others may run on.
    var isZombie: Bool { state == UInt8(ascii: "Z") || state == UInt8(ascii: "X") }

    /// Whether nothing of the process runs any more.
    var isGone: Bool { isZombie && threads <= 1 }

    /// Reads the text of the file; nil where it is cut short.
    ///
    /// The name of the program stands in parentheses and may contain any byte, parentheses too.
    init?(_ text: ArraySlice<UInt8>) {
        guard let parenthesis = text.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        var numbers = NumberReader(text[(parenthesis + 1)...])
        // Fields as `man 5 proc` numbers them; the first behind the name is 3, the state, a letter.
        guard let state = numbers.letter(), let parent = numbers.next() else { return nil }
        numbers.skipWord()
        let session = numbers.next()  // -1 for one that is being reaped
        for _ in (session == nil ? 6 : 7)...13 { numbers.skipWord() }
        var ticks: UInt64 = 0
        var ownTicks: UInt64 = 0
        for field in 14...17 {
            guard let time = numbers.next() else { return nil }
            ticks &+= time
            if field == 15 { ownTicks = ticks }
        }
        for _ in 18...19 { numbers.skipWord() }
        guard let threads = numbers.next() else { return nil }
        numbers.skipWord()
        guard let start = numbers.next() else { return nil }
        self.state = state
        self.parent = Int32(truncatingIfNeeded: parent)
        self.session = Int32(truncatingIfNeeded: session ?? 0)
        self.ticks = ticks
        self.threads = Int(clamping: threads)
        self.start = start
        self.ownTicks = ownTicks
        (virtualBytes, residentPages) = (numbers.next() ?? 0, numbers.next() ?? 0)
    }
}
