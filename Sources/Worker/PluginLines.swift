internal import Synchronization
internal import WorkerCore
internal import WorkerOS

/// Brings the lines that the plugin writes into the log, and what it prints, with the call if one alone runs.
final class PluginLines: Sendable {
    private let log: Log
    private let captures = Mutex<[StandardOutputCapture]>([])
    private let calls = Mutex<(@Sendable () -> [CallReport])?>(nil)

    init(_ log: Log) { self.log = log }

    /// Says where the first two calls are to be had, those that run before those that wait.
    func follow(_ calls: @escaping @Sendable () -> [CallReport]) {
        self.calls.withLock { $0 = calls }
    }

    /// Adds what the plugin's lines are read from.
    func read(_ capture: StandardOutputCapture) { captures.withLock { $0.append(capture) } }

    /// Writes the lines that the plugin has printed so far; any thread.
    func catchUp() {
        for capture in captures.withLock(\.self) { capture.catchUp() }
    }

    /// Writes a line; any thread.
    func write(_ level: LogLevel, _ text: String) {
        guard log.admits(level) else { return }
        // A line of text shows no call, and is not worth the look.
        let call = log.format == .text ? nil : onlyCall
        log.write(
            LogRecord(
                level, text,
                fields: [
                    call.map { .init(.call, $0.id) }, call?.trace.map { .init(.trace, "\($0)") },
                ]))
    }

    private var onlyCall: CallReport? {
        let running = calls.withLock(\.self)?().filter { $0.state != .queued } ?? []
        return running.count == 1 ? running.first : nil
    }
}
