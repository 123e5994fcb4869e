/// What a call asks of the plugin.
package enum CallKind: Equatable, Sendable {
    /// One result.
    case execute
    /// Any number of results, as they come.
    case stream
    /// A new configuration.
    case initialize
    /// Letting go of what was acquired.
    case cleanup
    /// A request for an endpoint of the plugin's own: its number among those that it has declared.
    case endpoint(Int, PluginEndpoint.Run)

    /// Its name in messages; of the worker's own kinds also what follows the slash in their paths.
    package var name: String {
        switch self {
        case .execute: "execute"
        case .stream: "execute_stream"
        case .initialize: "initialize"
        case .cleanup: "cleanup"
        case .endpoint: "endpoint"
        }
    }

    /// Which place a call takes in the queue; nil for what runs beside all calls, and is not queued.
    package var place: CallPlace? {
        switch self {
        case .execute, .stream, .endpoint(_, .call): .shared
        case .initialize, .endpoint(_, .alone): .exclusive
        case .cleanup: .exclusiveNext
        case .endpoint(_, .beside): nil
        }
    }
    /// Whether it runs beside other calls, and has one answer.
    package var isUnary: Bool {
        switch self {
        case .execute, .endpoint(_, .call): true
        case .stream, .initialize, .cleanup, .endpoint: false
        }
    }
    /// Whether its answer may be as long as the plugin likes: while too much is held, it does not start.
    package var needsRoom: Bool {
        switch self {
        case .execute, .stream, .endpoint: true
        case .initialize, .cleanup: false
        }
    }
}

/// An optional function of a plugin whose route the worker knows; the raw value is its path's name.
package enum LifecycleHook: String, CaseIterable, Sendable {
    /// Get ahead of the first call what takes long.
    case prefetch
    /// Go from one configuration to another.
    case reconfigure
    /// The host uses the plugin from now on.
    case onEnable = "on_enable"
    /// The host does not use the plugin for a while.
    case onDisable = "on_disable"
    /// What values the configuration may have at the moment.
    case configOptions = "config_options"

    /// The body of the answer where it went well; nil where it is what the plugin returned.
    package var done: String? {
        switch self {
        case .prefetch: #"{"status":"prefetched"}"#
        case .reconfigure: #"{"status":"reconfigured"}"#
        case .onEnable: #"{"status":"enabled"}"#
        case .onDisable: #"{"status":"disabled"}"#
        case .configOptions: nil
        }
    }

    /// The body of the answer, with 200, where the plugin does not have the function.
    package var missing: String {
        self == .configOptions ? "{}" : #"{"status":"not_supported"}"#
    }

    /// Whether its failure is told with 200, as hosts expect.
    package var failsWell: Bool { self == .onEnable || self == .onDisable }
}
