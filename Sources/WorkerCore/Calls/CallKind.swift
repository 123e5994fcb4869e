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
    /// Whether its answer may be as long as the plugin likes: while too much is held, it does not start.
    package var needsRoom: Bool {
        switch self {
        case .execute, .stream, .endpoint: true
        case .initialize, .cleanup: false
        }
    }
}
