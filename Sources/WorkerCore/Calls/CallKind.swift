/// What a call asks of the plugin.
package enum CallKind: String, Sendable {
    /// One result.
    case execute
    /// Any number of results, as they come.
    case stream = "execute_stream"
    /// A new configuration.
    case initialize
    /// Letting go of what was acquired.
    case cleanup

    /// Which place a call takes in the queue.
    package var place: CallPlace {
        switch self {
        case .execute, .stream: .shared
        case .initialize: .exclusive
        case .cleanup: .exclusiveNext
        }
    }
}
