import WorkerThreads

/// The lines that wait while the log is not read, in their order and bounded.
struct LogQueue: Sendable {
    /// What to do once a line was offered.
    enum Action {
        case none
        case startDrain
    }

    private let capacity: Int
    /// Waits to be taken by the drain.
    private var pending: [UInt8] = []
    /// Taken by the drain and not yet written.
    private var inFlight = 0
    private var dropped = 0
    private var isDraining = false
    private var waiters: [Semaphore] = []

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Takes a line, and hands it on at once unless others wait before it.
    ///
    /// `write` returns how many bytes were taken; `report` makes the line that tells how many
    /// were dropped. Lines that clients cause at will take half of the room, so that they cannot drive
    /// out others.
    mutating func offer(
        _ line: [UInt8], isClients: Bool = false, report: (Int) -> [UInt8],
        write: (Span<UInt8>) -> Int
    ) -> Action {
        let notice = dropped > 0 ? report(dropped) : []
        let room = isClients ? capacity / 2 : capacity
        guard inFlight + pending.count + notice.count + line.count <= room else {
            dropped += 1
            return .none
        }
        pending += notice
        pending += line
        dropped = 0
        guard !isDraining else { return .none }
        pending.removeFirst(write(pending.span))
        guard !pending.isEmpty else { return .none }
        isDraining = true
        return .startDrain
    }

    /// Gives the drain what waits, after what it took before is written; nil ends the drain.
    mutating func take(report: (Int) -> [UInt8]) -> [UInt8]? {
        inFlight = 0
        if pending.isEmpty, dropped > 0 {
            pending = report(dropped)
            dropped = 0
        }
        guard !pending.isEmpty else {
            stopDraining()
            return nil
        }
        defer { pending = [] }
        inFlight = pending.count
        return pending
    }

    /// Notes that no drain runs: the next line tries again to write what waits.
    mutating func stopDraining() {
        isDraining = false
        for waiter in waiters { waiter.signal() }
        waiters = []
    }

    /// Has a semaphore signalled when the drain ends; false where none runs.
    mutating func await(_ isDrained: Semaphore) -> Bool {
        guard isDraining else { return false }
        waiters.append(isDrained)
        return true
    }

    /// Whether everything was written.
    var isEmpty: Bool { pending.isEmpty && inFlight == 0 }
}
