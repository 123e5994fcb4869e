internal import CPluginGuard
internal import Synchronization

/// Calls of exit and quick_exit by plugin code, which end the process in order instead.
package enum ProcessExit {
    private static let listener = Mutex<(any PluginEvents)?>(nil)

    /// Has `events` hear of them from now on; the thread that called then waits for ever.
    ///
    /// Nothing of the worker's may call exit any more. Called again once a library is loaded, as
    /// what has registered itself with atexit since is run before.
    package static func watch(_ events: any PluginEvents) {
        listener.withLock { $0 = events }
        unsafe uwg_watch_exit { text in
            let detail = unsafe String(cString: text)
            ProcessExit.listener.withLock { $0 }?.pluginExited(detail)
        }
    }
}
