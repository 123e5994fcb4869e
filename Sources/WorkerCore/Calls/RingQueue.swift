/// A first-in, first-out queue that allocates only while it grows beyond what it once held.
package struct RingQueue<Element> {
    @usableFromInline var slots: [Element?] = []
    @usableFromInline var head = 0
    /// How many elements wait.
    @usableFromInline package internal(set) var count = 0

    /// Makes an empty queue.
    @inlinable package init() {}

    /// Whether nothing waits.
    @inlinable package var isEmpty: Bool { count == 0 }

    /// The element that comes next.
    @inlinable package var first: Element? { count == 0 ? nil : slots[head] }

    /// Adds an element behind all others.
    ///
    /// Amortised constant time.
    @inlinable package mutating func append(_ element: Element) {
        growIfFull()
        slots[(head + count) & (slots.count - 1)] = element
        count += 1
    }

    /// Adds an element before all others.
    ///
    /// Amortised constant time.
    @inlinable package mutating func prepend(_ element: Element) {
        growIfFull()
        head = (head + slots.count - 1) & (slots.count - 1)
        slots[head] = element
        count += 1
    }

    /// Takes the element that comes next.
    @inlinable package mutating func popFirst() -> Element? {
        guard count > 0 else { return nil }
        defer {
            slots[head] = nil
            head = (head + 1) & (slots.count - 1)
            count -= 1
        }
        return slots[head]
    }

    /// Calls a closure with each element, the next one first.
    ///
    /// Linear time.
    @inlinable package func visit(_ body: (Element) -> Void) {
        for offset in 0..<count {
            if let element = slots[(head + offset) & (slots.count - 1)] { body(element) }
        }
    }

    /// Takes all elements that fulfil a condition; the others keep their order.
    ///
    /// Linear time.
    @inlinable package mutating func removeAll(where condition: (Element) -> Bool) -> [Element] {
        var taken: [Element] = []
        var kept = RingQueue()
        while let element = popFirst() {
            if condition(element) { taken.append(element) } else { kept.append(element) }
        }
        self = kept
        return taken
    }

    /// Doubles the storage, a power of two, where it is full.
    @inlinable mutating func growIfFull() {
        guard count == slots.count else { return }
        var larger: [Element?] = []
        larger.reserveCapacity(max(16, slots.count * 2))
        for offset in 0..<count { larger.append(slots[(head + offset) & (slots.count - 1)]) }
        while larger.count < max(16, slots.count * 2) { larger.append(nil) }
        slots = larger
        head = 0
    }
}
