internal import CWorkerPlugin
internal import Synchronization
internal import WorkerCore

/// What the worker notices of plugin code that breaks the ABI's rules.
extension HostTable {
    /// The functions of the table that answer a status, by their names in the header.
    enum Function: String {
        case reply, emit, progress, finish, answer, metric
        case showHealth = "show_health"
        case showStats = "show_stats"
        case setReady = "set_ready"
        case metricAdd = "metric_add"
        case metricSet = "metric_set"
        case metricObserve = "metric_observe"
    }

    /// Tells of a mistake, if a status that is about to be answered means one; returns the status.
    static func told(_ status: uw_status, _ function: Function) -> uw_status {
        if status != UW_OK { noteRefusal(status, function) }
        return status
    }

    /// Tells of a mistake in one of the plugin's functions, or of the table's; any thread.
    static func note(_ mistake: PluginMistake, in function: String, _ detail: String) {
        let listener = listener.withLock { $0 }
        PluginThread.uncancelled { listener?.erred(mistake, in: function, detail) }
    }

    /// The same of a failure because a plugin left no JSON, or none of the right kind; returns it.
    static func noted(_ failure: CallFailure, in function: String) -> CallFailure {
        if failure.reason == .misbehaviour { note(.invalidData, in: function, failure.detail) }
        return failure
    }

    private static func noteRefusal(_ status: uw_status, _ function: Function) {
        let (mistake, answer): (PluginMistake, String)
        switch (Int(status), function) {
        case (UW_STALE, .finish), (UW_STALE, .answer):
            (mistake, answer) = (.finishedTwice, "UW_STALE: the call had ended")
        case (UW_STALE, .reply):
            (mistake, answer) = (.staleReply, "UW_STALE: its function had returned")
        case (UW_STALE, _): (mistake, answer) = (.staleCall, "UW_STALE: the call had ended")
        case (UW_WRONG_CALL, _): (mistake, answer) = (.wrongCall, "UW_WRONG_CALL")
        case (UW_INVALID_DATA, _): (mistake, answer) = (.invalidData, "UW_INVALID_DATA")
        case (UW_INVALID_ARGUMENT, _): (mistake, answer) = (.invalidData, "UW_INVALID_ARGUMENT")
        default: return
        }
        note(mistake, in: function.rawValue, "it was answered \(answer)")
    }
}
