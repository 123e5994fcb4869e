internal import CWorkerPlugin
internal import WorkerCore

/// The one table from the ABI's statuses to what the client is told.
///
/// The HTTP status follows from the reason: `CallFailure.status(for:)`.
func failure(of status: uw_status, text: String?, in function: String) -> CallFailure {
    let reason: CallFailure.Reason
    switch Int(status) {
    case UW_ERROR: reason = .plugin
    case UW_INVALID_ARGUMENT: reason = .invalidArgument
    case UW_CANCELLED: reason = .cancelled
    case UW_UNAVAILABLE: reason = .unavailable
    case UW_DEADLINE: reason = .deadline
    case UW_UNSUPPORTED: reason = .unsupported
    case UW_FATAL: reason = .fatal
    default:
        return CallFailure(
            .misbehaviour, "the plugin's \(function) answered a status it may not: \(status)")
    }
    return CallFailure(reason, text ?? "the plugin's \(function) \(reason.silentDetail)")
}

extension CallFailure.Reason {
    /// What is said for a plugin that left no text.
    fileprivate var silentDetail: String {
        switch self {
        case .plugin, .misbehaviour, .outOfMemory: "failed without saying why"
        case .fatal: "failed for good without saying why"
        case .invalidArgument: "refused its arguments without saying why"
        case .cancelled: "was cancelled"
        case .unavailable: "is unavailable"
        case .deadline: "passed its deadline"
        case .unsupported: "is not supported"
        }
    }
}
