internal import CWorkerPlugin
internal import WorkerCalls
internal import WorkerCore
internal import WorkerJSON

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
        let detail = "the plugin's \(function) answered a status it may not: \(status)"
        HostTable.note(.unknownStatus, in: function, detail)
        return CallFailure(.misbehaviour, detail)
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

/// What the client of a hook is answered, by what the plugin has.
extension LifecycleHook {
    /// The body of the answer, with 200, where the worker words it: the hook has gone well, or is not
    /// there.
    func wording(of status: uw_status) -> String? {
        switch Int(status) {
        case UW_OK: done
        case UW_UNSUPPORTED: missing
        default: nil
        }
    }

    /// How a hook has failed that was stopped: as always, as hosts know its failure by no other status.
    func failure(by cancellation: CallFailure) -> CallFailure {
        cancellation.reason == .cancelled ? CallFailure(.plugin, cancellation.detail) : cancellation
    }

    /// The outcome of a failure, which hosts want to hear of with 200 where it `failsWell`.
    func outcome(of failure: CallFailure) -> CallOutcome {
        guard failsWell else { return .failure(failure) }
        return .value(
            ByteBuffer(object: "{\"status\":\"error\",\"detail\":", endingWith: failure.detail))
    }
}

extension CallOutcome {
    /// A result that the worker words.
    static func worded(_ json: String) -> CallOutcome { .value(ByteBuffer(json)) }
}
