internal import CPluginGuard
internal import WorkerCore

/// What the ABI cannot keep plugin code from doing with the threads that it is given.
enum PluginThread {
    /// The plugin's function that the calling thread is in, or has ended in.
    static var function: String {
        unsafe uwg_function().map { unsafe String(cString: $0) } ?? "function"
    }

    /// The failure of a plugin function whose thread has ended inside of it.
    ///
    /// On that thread, as its last act; in a copy of the process it does not return.
    static func endFailure() -> CallFailure {
        uwg_end_copy()
        let function = function
        let detail =
            "the thread of the plugin's \(function) ended itself (pthread_exit, or cancelled)"
        HostTable.note(.threadEnded, in: function, detail)
        return .misbehaviour(detail)
    }

    /// Runs code of the worker's that plugin code has called, during which no thread is cancelled.
    ///
    /// A plugin may cancel any thread; in the worker's code it might hold a lock.
    static func uncancelled<Result>(_ body: () -> Result) -> Result {
        let former = uwg_hold_cancellation()
        defer { uwg_set_cancellation(former) }
        return body()
    }
}
