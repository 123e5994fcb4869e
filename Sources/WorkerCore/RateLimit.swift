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
