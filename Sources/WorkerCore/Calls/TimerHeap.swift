/// Moments in the future with what belongs to them; the earliest is found at once.
package struct TimerHeap<Payload> {
    private var entries: [(moment: UInt64, payload: Payload)] = []

    /// Makes an empty heap.
    package init() {}

    /// The earliest moment.
    package var first: UInt64? { entries.first?.moment }

    /// Adds a moment.
    ///
    /// Logarithmic time.
    package mutating func insert(_ payload: Payload, at moment: UInt64) {
        entries.append((moment, payload))
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child].moment < entries[parent].moment else { return }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes the earliest one, if its moment has come.
    ///
    /// Logarithmic time.
    package mutating func popFirst(notAfter now: UInt64) -> Payload? {
        guard let first = entries.first, first.moment <= now else { return nil }
        entries.swapAt(0, entries.count - 1)
        entries.removeLast()
        var parent = 0
        while true {
            let left = 2 * parent + 1
            guard left < entries.count else { break }
            let right = left + 1
            let child =
                right < entries.count && entries[right].moment < entries[left].moment
                ? right : left
            guard entries[child].moment < entries[parent].moment else { break }
            entries.swapAt(child, parent)
            parent = child
        }
        return first.payload
    }
}
