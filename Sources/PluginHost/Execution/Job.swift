internal import WorkerCore

/// What an executor does next.
enum Job: Sendable {
    /// A client's call.
    case call(Call)
    /// The worker's own: asks again for the configuration, as the plugin said that it changed.
    case refresh
    /// The worker's own, the last: cleanup where it is due, then destroy.
    case end(cleanup: Bool, done: @Sendable () -> Void)

    var place: CallPlace {
        switch self {
        case .call(let call): call.kind.place
        case .refresh, .end: .exclusiveNext
        }
    }
}
