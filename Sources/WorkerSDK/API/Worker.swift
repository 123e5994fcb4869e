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

    /// The table of the worker; nil before the plugin's entry was called.
    static var currentHost: Host? { host.withLock { $0 } }

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

    /// Adds members to what `GET /health` answers, until the next time.
    ///
    /// Any thread.
    ///
    /// - Parameter members: An object without keys of the worker's own, of up to 64 KiB.
    /// - Throws: ``PluginError`` if it is none.
    public static func showHealth(_ members: some Encodable) throws {
        let json = try JSONText.encode(members, as: "health")
        try check(host.withLock { $0 }?.showHealth(json), "health")
    }

    /// Adds members to what `GET /stats` answers, until the next time.
    ///
    /// Any thread.
    ///
    /// - Parameter members: An object without keys of the worker's own, of up to 64 KiB.
    /// - Throws: ``PluginError`` if it is none.
    public static func showStatistics(_ members: some Encodable) throws {
        let json = try JSONText.encode(members, as: "stats")
        try check(host.withLock { $0 }?.showStats(json), "stats")
    }

    private static func check(_ status: uw_status?, _ name: String) throws {
        guard status ?? Status.ok == Status.ok else {
            throw PluginError(
                .failed,
                "\(name): no object, or larger than 64 KiB, or with a key of the worker's own")
        }
    }

    /// Says that the plugin is fit for calls, as it is until it says otherwise.
    ///
    /// Any thread.
    public static func setReady() { host.withLock { $0 }?.setReady(nil) }

    /// Says that the plugin is not fit for calls: `GET /health/ready` answers 503 until ``setReady()``.
    ///
    /// Calls that come all the same reach the plugin. Any thread.
    ///
    /// - Parameter reason: Why, for people; cut after 1024 bytes of UTF-8.
    public static func setNotReady(_ reason: String) { host.withLock { $0 }?.setReady(reason) }

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
