/// What a path of the worker stands for.
package enum Endpoint: UInt8, CaseIterable, Sendable {
    case health
    case stats
    case initialize
    case configSchema
    case config
    case execute
    case executeStream
    case cleanup
    case cancel
    case progress
    case live
    case ready
    case calls
    case cancelOne
    case progressOne

    /// The path, as the contract spells it; of an endpoint for one call, what stands before its id.
    package var path: String {
        switch self {
        case .health: "/health"
        case .stats: "/stats"
        case .initialize: "/initialize"
        case .configSchema: "/config_schema"
        case .config: "/config"
        case .execute: "/execute"
        case .executeStream: "/execute_stream"
        case .cleanup: "/cleanup"
        case .cancel: "/cancel"
        case .progress: "/progress"
        case .live: "/health/live"
        case .ready: "/health/ready"
        case .calls: "/calls"
        case .cancelOne: "/cancel/"
        case .progressOne: "/progress/"
        }
    }

    /// Whether the endpoint is asked with POST; the others are asked with GET and HEAD.
    package var isPost: Bool {
        switch self {
        case .initialize, .execute, .executeStream, .cleanup, .cancel, .cancelOne: true
        case .health, .stats, .configSchema, .config, .progress, .live, .ready, .calls,
            .progressOne:
            false
        }
    }

    /// Whether it is a call of the plugin, with an outcome of its own.
    package var isCall: Bool {
        switch self {
        case .initialize, .execute, .executeStream, .cleanup: true
        default: false
        }
    }

    /// Whether the path ends with the id of a call.
    package var namesCall: Bool { self == .cancelOne || self == .progressOne }

    /// What the `Allow` header of a 405 says.
    package var allow: String { isPost ? "POST" : "GET, HEAD" }

    /// What becomes of a request's body.
    package var body: BodyUse {
        switch self {
        case .execute, .executeStream: .call
        case .initialize: .value
        default: .ignored
        }
    }
}
