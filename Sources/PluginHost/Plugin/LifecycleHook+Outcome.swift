internal import CWorkerPlugin
internal import WorkerCalls
internal import WorkerCore
internal import WorkerJSON

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

    /// The outcome of a failure, which hosts want to hear of with 200 where it `failsWell`.
    func outcome(of failure: CallFailure) -> CallOutcome {
        guard failsWell else { return .failure(failure) }
        var bytes = ByteBuffer()
        bytes.append("{\"status\":\"error\",\"detail\":")
        bytes.appendJSONString(failure.detail)
        bytes.append("}")
        return .value(bytes)
    }
}

extension CallOutcome {
    /// A result that the worker words.
    static func worded(_ json: String) -> CallOutcome {
        var bytes = ByteBuffer()
        bytes.append(json)
        return .value(bytes)
    }
}
