internal import Synchronization

/// How many bytes are held at once, over all calls: bodies, results, and lines of streams.
///
/// Any thread; without a lock.
package final class Budget: Sendable {
    /// A body of at most so many bytes is small; the last sixteenth of the budget is kept for those.
    package static let smallBody = 64 << 10

    /// A budget that is never full.
    package static let unlimited = Budget(limit: .max)

    /// What may be held.
    package let limit: Int
    private let held = Atomic<Int>(0)

    /// Makes a budget of which nothing is used.
    package init(limit: Int) { self.limit = limit }

    /// How many bytes are held.
    package var count: Int { held.load(ordering: .relaxed) }

    /// Whether more is held than may be: no call starts then.
    package var isFull: Bool { held.load(ordering: .relaxed) > limit }

    /// Whether there is room now for a body of so many bytes.
    package func hasRoom(for length: Int) -> Bool {
        held.load(ordering: .relaxed) + length <= share(isSmall: length <= Self.smallBody)
    }

    private func share(isSmall: Bool) -> Int { isSmall ? limit : limit - limit / 16 }

    /// Takes bytes for a body; false where that would be too many.
    fileprivate func take(_ bytes: Int, isSmall: Bool) -> Bool {
        let total = held.wrappingAdd(bytes, ordering: .relaxed).newValue
        if total <= share(isSmall: isSmall) { return true }
        held.wrappingSubtract(bytes, ordering: .relaxed)
        return false
    }

    fileprivate func add(_ bytes: Int) { held.wrappingAdd(bytes, ordering: .relaxed) }
    fileprivate func remove(_ bytes: Int) { held.wrappingSubtract(bytes, ordering: .relaxed) }
}

/// Bytes of a budget that something holds; they are given back with it, if not before.
///
/// Any thread.
package struct Holding: ~Copyable, Sendable {
    private let budget: Budget
    private let bytes: Atomic<Int>

    /// Holds bytes that are there already, if any: whether there is room for them is not asked.
    package init(of budget: Budget, _ count: Int = 0) {
        self.budget = budget
        bytes = Atomic(count)
        if count > 0 { budget.add(count) }
    }

    deinit { giveBack() }

    /// How many are held.
    package var count: Int { bytes.load(ordering: .relaxed) }

    /// Takes more for a body; false where there is no room.
    package func take(_ count: Int, isSmall: Bool) -> Bool {
        guard budget.take(count, isSmall: isSmall) else { return false }
        bytes.wrappingAdd(count, ordering: .relaxed)
        return true
    }

    /// Holds more, whatever there is.
    package func add(_ count: Int) {
        budget.add(count)
        bytes.wrappingAdd(count, ordering: .relaxed)
    }

    /// Gives some back.
    package func remove(_ count: Int) {
        bytes.wrappingSubtract(count, ordering: .relaxed)
        budget.remove(count)
    }

    /// Holds, in place of another from now on, what that one holds.
    package func takeOver(_ other: borrowing Holding) {
        bytes.wrappingAdd(other.bytes.exchange(0, ordering: .relaxed), ordering: .relaxed)
    }

    /// Gives all back.
    package func giveBack() {
        let count = bytes.exchange(0, ordering: .relaxed)
        if count != 0 { budget.remove(count) }
    }
}
