/// What `/proc/PID/stat` says, as far as it is needed here.
struct ProcessStatus: Sendable, Equatable {
    /// The number of the parent process.
    let parent: Int32
    /// User and system time of the process and of its children that were waited for, in ticks.
    let ticks: UInt64
    let threads: Int
    /// When the process started, in ticks since the machine did.
    let start: UInt64

    /// Reads the text of the file; nil where it is cut short.
    ///
    /// The name of the program stands in parentheses and may contain any byte, parentheses too.
    init?(_ text: ArraySlice<UInt8>) {
        guard let parenthesis = text.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        var numbers = NumberReader(text[(parenthesis + 1)...])
        // Fields as `man 5 proc` numbers them; the first behind the name is 3, the state, a letter.
        numbers.skipWord()
        guard let parent = numbers.next() else { return nil }
        for _ in 5...13 { numbers.skipWord() }
        var ticks: UInt64 = 0
        for _ in 14...17 {
            guard let time = numbers.next() else { return nil }
            ticks &+= time
        }
        for _ in 18...19 { numbers.skipWord() }
        guard let threads = numbers.next() else { return nil }
        numbers.skipWord()
        guard let start = numbers.next() else { return nil }
        self.parent = Int32(truncatingIfNeeded: parent)
        self.ticks = ticks
        self.threads = Int(clamping: threads)
        self.start = start
    }
}
