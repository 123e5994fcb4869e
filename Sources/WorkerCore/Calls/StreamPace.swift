/// Whether the lines of a stream are handed over one by one, or gather for a moment.
///
/// Each handing over wakes the thread that sends, which costs more than a hundred lines. So where
/// lines come thick and fast they gather, until there are many, or until a thread that collects them
/// at intervals finds some. As soon as it finds none, lines are handed over at once again.
package struct StreamPace: Sendable {
    /// Lines that come with less than this between them come fast.
    package static let gap = TimeSpan.microseconds(100)
    /// How long lines may gather.
    package static let interval = TimeSpan.microseconds(500)
    /// How many lines have to come fast before they gather.
    package static let run = 8

    /// What is to be done with the lines that have gathered.
    package enum Collecting: Equatable, Sendable {
        /// Nothing: they are not to gather any more, and no thread comes.
        case end
        /// They are to be handed over, and collected again.
        case handOver
    }

    /// Whether lines gather.
    package private(set) var isGathering = false
    /// A thread is going to collect them.
    private var isCollectorSet = false
    private var last = Moment.zero
    private var fastOnes = 0

    /// Makes the pace of a stream that has not begun.
    package init() {}

    /// A stream has begun, or ended; a thread that was going to collect still is.
    package mutating func begin() {
        isGathering = false
        fastOnes = 0
        last = .zero
    }

    /// Lines have been handed over.
    ///
    /// - Returns: whether a thread has to collect them, after `interval`.
    package mutating func handedOver(at now: Moment) -> Bool {
        fastOnes = now - last < Self.gap ? fastOnes + 1 : 0
        last = now
        guard fastOnes >= Self.run else { return false }
        isGathering = true
        defer { isCollectorSet = true }
        return !isCollectorSet
    }

    /// Lines were not taken: each is offered from now on, so that the one who brings it waits, or hears
    /// that it is not wanted.
    package mutating func refused() {
        isGathering = false
        fastOnes = 0
    }

    /// A thread comes to collect them.
    ///
    /// - Parameter isEmpty: whether no lines have gathered.
    /// - Returns: what to do.
    package mutating func collect(isEmpty: Bool) -> Collecting {
        if isGathering, !isEmpty { return .handOver }
        isGathering = false
        isCollectorSet = false
        return .end
    }
}
