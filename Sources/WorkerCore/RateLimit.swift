/// Admits what repeats once in an interval, such as a log line, and counts what it withholds.
package struct RateLimit: Sendable {
    private let interval: TimeSpan
    private var opensAt = Moment.zero
    private var withheld = 0

    /// Makes a limit of one in an interval.
    package init(interval: TimeSpan) { self.interval = interval }

    /// Asks at a moment whether one more is admitted.
    ///
    /// - Returns: how many were withheld since the last one; nil where this one is withheld as well.
    package mutating func admit(at now: Moment) -> Int? {
        guard now >= opensAt else {
            withheld += 1
            return nil
        }
        opensAt = now + interval
        return exchange(&withheld, 0)
    }
}

/// How much of one kind of work a turn of a loop does by itself; what comes beyond goes elsewhere.
package struct TurnAllowance: Sendable {
    private let limit: Int
    private var spent = 0

    /// Makes an allowance of so much for each turn.
    package init(_ limit: Int) { self.limit = limit }

    /// A turn begins.
    package mutating func begin() { spent = 0 }

    /// Asks for some of it; false if that would be more than is left, which stays as it is.
    package mutating func admit(_ amount: Int) -> Bool {
        guard amount <= limit - spent else { return false }
        spent += amount
        return true
    }
}
