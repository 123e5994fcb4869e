import TestSupport
import WorkerCore

/// Lives that were led somewhere: by events alone, as the main thread would.
enum LifecycleRun {
    /// SIGTERM.
    static let term = Lifecycle.Event.end(.signal("SIGTERM"))
    /// The grace of all of them: a share of it is a number.
    static let grace: TimeSpan = 100
    /// When their end began.
    static let began: Moment = 1_000
    /// A later moment; what is counted from the beginning of the end must not depend on it.
    static let now: Moment = 1_033

    /// All phases, in their order.
    static let phases: [Lifecycle.Phase] = [
        .starting, .ready, .draining, .cancelling, .cleaning, .reaping, .gone,
    ]

    /// A life in a phase; where its end has begun, for a reason.
    static func life(
        in phase: Lifecycle.Phase, by reason: Lifecycle.Event = term
    ) -> Lifecycle {
        var life = Lifecycle(grace: grace)
        var events: [Lifecycle.Event] = [.loaded, reason]
        switch phase {
        case .starting: events = []
        case .ready: events = [.loaded]
        case .draining: break
        case .cancelling: break
        case .cleaning: events += [.idle]
        case .reaping: events += [.idle, .cleaned]
        case .gone: events += [.idle, .cleaned, .reaped]
        }
        for event in events { _ = life.handle(event, at: began) }
        if phase == .cancelling, life.phase == .draining { _ = life.handle(.timeout, at: began) }
        return life
    }
}
