/// When the process of a plugin that has died is started again.
///
/// A pure value: it is told of each death, also of a start that failed, and keeps those of the last minute.
package struct RestartPolicy: Sendable {
    /// What follows a death.
    package enum Decision: Equatable, Sendable {
        /// Start it again, not before this moment.
        case restart(at: Moment)
        /// Leave it: it has died too often.
        case giveUp
    }

    /// So many deaths within `window` are too many.
    package static let limit = 4
    /// How long a death counts.
    package static let window = TimeSpan.seconds(60)
    /// The pause after a death that no other one precedes; four times as long after each one more.
    package static let firstPause = TimeSpan.milliseconds(100)

    private var deaths: [Moment] = []

    /// Makes the policy of a plugin that has not died yet.
    package init() {}

    /// Takes in a death, and decides.
    package mutating func died(at now: Moment) -> Decision {
        deaths.removeAll { now - $0 >= Self.window }
        deaths.append(now)
        guard deaths.count < Self.limit else { return .giveUp }
        var pause = Self.firstPause
        for _ in 1..<deaths.count { pause = pause * 4 }
        return .restart(at: now + pause)
    }
}
