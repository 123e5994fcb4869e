internal import CWorkerPlugin
internal import Synchronization

/// The worker that serves this plugin, reachable from any thread at any time.
public enum Worker {
    /// How much a log line matters.
    public enum LogLevel: Sendable {
        /// Something failed.
        case error
        /// Something is odd.
        case warning
        /// Something happened that people may want to know.
        case info
        /// Something that only helps who looks for a fault.
        case debug
    }

    private static let host = Mutex<Host?>(nil)

    /// Writes one line to the worker's log; before the plugin's entry was called, nowhere.
    ///
    /// It never waits for a slow reader of the log. Any thread.
    ///
    /// - Parameters:
    ///   - level: How much the line matters.
    ///   - text: The line.
    public static func log(_ level: LogLevel, _ text: String) {
        host.withLock { $0 }?.log(level.code, text)
    }

    /// Says that ``PluginClass/currentConfiguration`` would answer differently now.
    ///
    /// The worker asks it again between calls. It asks by itself after `initialize`. Any thread.
    public static func configurationChanged() {
        host.withLock { $0 }?.configurationChanged()
    }

    static func connect(_ host: Host) {
        self.host.withLock { $0 = host }
    }
}

extension Worker.LogLevel {
    fileprivate var code: uw_log_level {
        switch self {
        case .error: uw_log_level(UW_LOG_ERROR)
        case .warning: uw_log_level(UW_LOG_WARNING)
        case .info: uw_log_level(UW_LOG_INFO)
        case .debug: uw_log_level(UW_LOG_DEBUG)
        }
    }
}
