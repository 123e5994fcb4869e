/// Whether the worker takes calls and gets them done: what `/health/ready` says.
package enum Readiness: Equatable, Sendable {
    /// It does.
    case ready
    /// The plugin is being made: its library or module is loaded.
    case starting
    /// The plugin takes a configuration.
    case loading
    /// The plugin's process has died, as this says, and is started again.
    case restarting(String)
    /// The plugin says that it is not fit for calls, and why.
    case unfit(String)
    /// The worker ends.
    case draining
    /// The plugin is broken for good.
    case pluginFailed
    /// A call does not end although it was cancelled some time ago.
    case wedged(String)

    /// Why it is not ready, as a sentence.
    package var reason: String? {
        switch self {
        case .ready: nil
        case .starting: "loading: the plugin is being made"
        case .loading: "loading: the plugin is being initialised"
        case .restarting(let cause): "restarting: \(cause)"
        case .unfit(let reason): "the plugin is not ready: \(reason)"
        case .draining: "draining: the worker is shutting down"
        case .pluginFailed: "the plugin failed for good"
        case .wedged(let detail): "wedged: \(detail)"
        }
    }

    /// All words that `state` may be.
    package static let states = [
        "ready", "loading", "restarting", "not_ready", "draining", "failed", "wedged",
    ]

    /// One word for it, as the `state` of `/health`.
    package var state: String {
        switch self {
        case .ready: "ready"
        case .starting, .loading: "loading"
        case .restarting: "restarting"
        case .unfit: "not_ready"
        case .draining: "draining"
        case .pluginFailed: "failed"
        case .wedged: "wedged"
        }
    }
}

/// What changes in `/health`, beside the time.
package struct HealthFacts: Equatable, Sendable {
    /// Whether calls are taken and get done.
    package let readiness: Readiness
    /// How many calls run.
    package let running: Int
    /// How many calls wait.
    package let queued: Int
    /// What the plugin adds: JSON members, each behind a comma.
    package let further: String

    package init(_ readiness: Readiness, running: Int, queued: Int, further: String) {
        self.readiness = readiness
        self.running = running
        self.queued = queued
        self.further = further
    }
}
