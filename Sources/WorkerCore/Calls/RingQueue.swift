/// A first-in, first-out queue that allocates only while it grows beyond what it once held.
public struct RingQueue<Element> {
    @usableFromInline var slots: [Element?] = []
    @usableFromInline var head = 0
    @usableFromInline var length = 0

    /// How many elements wait.
    @inlinable public var count: Int { length }

    /// Makes an empty queue.
    @inlinable public init() {}

    /// Whether nothing waits.
    @inlinable public var isEmpty: Bool { length == 0 }

    /// The element that comes next.
    @inlinable public var first: Element? { length == 0 ? nil : slots[head] }

    /// Adds an element behind all others.
    ///
    /// Amortised constant time.
    @inlinable public mutating func append(_ element: Element) {
        growIfFull()
        slots[(head + length) & (slots.count - 1)] = element
        length += 1
    }

    /// Adds an element before all others.
    ///
    /// Amortised constant time.
    @inlinable public mutating func prepend(_ element: Element) {
        growIfFull()
        head = (head + slots.count - 1) & (slots.count - 1)
        slots[head] = element
        length += 1
    }

    /// Takes the element that comes next.
    @inlinable public mutating func popFirst() -> Element? {
        guard length > 0 else { return nil }
        defer {
            slots[head] = nil
            head = (head + 1) & (slots.count - 1)
            length -= 1
        }
        return slots[head]
    }

    /// Calls a closure with each element, or so many at most, the next one first.
    ///
    /// Linear time.
    @inlinable public func visit(atMost limit: Int = .max, _ body: (Element) -> Void) {
        for offset in 0..<min(length, limit) {
            if let element = slots[(head + offset) & (slots.count - 1)] { body(element) }
        }
    }

    /// Takes all elements that fulfil a condition; the others keep their order.
    ///
    /// Linear time.
    @inlinable public mutating func removeAll(where condition: (Element) -> Bool) -> [Element] {
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
        guard length == slots.count else { return }
        var larger: [Element?] = []
        larger.reserveCapacity(max(16, slots.count * 2))
        for offset in 0..<length { larger.append(slots[(head + offset) & (slots.count - 1)]) }
        while larger.count < max(16, slots.count * 2) { larger.append(nil) }
        slots = larger
        head = 0
    }
}
