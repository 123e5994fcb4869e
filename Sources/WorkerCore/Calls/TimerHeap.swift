/// Moments in the future with what belongs to them; the earliest is found at once.
///
/// What is not awaited any more is removed, so that the heap holds what is awaited and nothing else.
///
/// Public and inlinable for the same reason as `Scheduler`: a deadline is part of a call.
public struct TimerHeap<Payload> {
    @usableFromInline struct Entry {
        @usableFromInline let moment: Moment
        @usableFromInline let id: TimerID
        @usableFromInline let payload: Payload

        @inlinable init(moment: Moment, id: TimerID, payload: Payload) {
            self.moment = moment
            self.id = id
            self.payload = payload
        }
    }

    /// Where the entry of an id stands now; of a place that is free, which one is free next.
    @usableFromInline struct Place {
        @usableFromInline var position: Int
        @usableFromInline var generation: UInt32 = 1

        @inlinable init(position: Int) { self.position = position }
    }

    @usableFromInline var entries: [Entry] = []
    @usableFromInline var places: [Place] = []
    @usableFromInline var firstFree = -1

    /// Makes an empty heap.
    @inlinable public init() {}

    /// The earliest moment.
    @inlinable public var first: Moment? { entries.first?.moment }

    /// How many moments are awaited.
    @inlinable public var count: Int { entries.count }

    /// Adds a moment.
    ///
    /// Logarithmic time.
    ///
    /// - Returns: what it can be removed by.
    @inlinable public mutating func insert(_ payload: Payload, at moment: Moment) -> TimerID {
        let number = firstFree
        let id: TimerID
        if number >= 0 {
            firstFree = places[number].position
            places[number].position = entries.count
            id = TimerID(place: number, generation: places[number].generation)
        } else {
            places.append(Place(position: entries.count))
            id = TimerID(place: places.count - 1, generation: 1)
        }
        entries.append(Entry(moment: moment, id: id, payload: payload))
        moveUp(entries.count - 1)
        return id
    }

    /// Removes a moment, if it is still awaited.
    ///
    /// Logarithmic time.
    @inlinable public mutating func remove(_ id: TimerID) -> Payload? {
        guard id.place < places.count, places[id.place].generation == id.generation else {
            return nil
        }
        return take(places[id.place].position)
    }

    /// Takes the earliest one, if its moment has come.
    ///
    /// Logarithmic time.
    @inlinable public mutating func popFirst(notAfter now: Moment) -> Payload? {
        guard let first, first <= now else { return nil }
        return take(0)
    }

    @inlinable mutating func take(_ position: Int) -> Payload {
        exchange(position, entries.count - 1)
        let taken = entries.removeLast()
        let number = taken.id.place
        places[number].position = firstFree
        // Zero is left out, as no id is zero.
        places[number].generation = max(1, places[number].generation &+ 1)
        firstFree = number
        if position < entries.count {
            moveUp(position)
            moveDown(position)
        }
        return taken.payload
    }

    @inlinable mutating func moveUp(_ position: Int) {
        var child = position
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child].moment < entries[parent].moment else { return }
            exchange(child, parent)
            child = parent
        }
    }

    @inlinable mutating func moveDown(_ position: Int) {
        var parent = position
        while true {
            let left = 2 * parent + 1
            guard left < entries.count else { return }
            let right = left + 1
            let child =
                right < entries.count && entries[right].moment < entries[left].moment
                ? right : left
            guard entries[child].moment < entries[parent].moment else { return }
            exchange(child, parent)
            parent = child
        }
    }

    @inlinable mutating func exchange(_ one: Int, _ other: Int) {
        entries.swapAt(one, other)
        places[entries[one].id.place].position = one
        places[entries[other].id.place].position = other
    }
}

/// Names one moment in a `TimerHeap`, and after it has passed or been removed none.
public struct TimerID: Equatable, Sendable {
    /// A number that stands for it; neither zero nor the largest.
    public let rawValue: UInt64

    /// The name that a number stands for.
    @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }

    @inlinable init(place: Int, generation: UInt32) {
        rawValue = UInt64(generation) << 32 | UInt64(UInt32(place))
    }

    @inlinable var place: Int { Int(rawValue & 0xFFFF_FFFF) }

    @inlinable var generation: UInt32 { UInt32(rawValue >> 32) }
}
