internal import Synchronization
internal import WorkerCore
internal import WorkerOS
internal import WorkerThreads

/// How the rooms get their threads: plugin code gets the stack of a main thread.
///
/// `signals` are those that the threads may take.
/// A thread that cannot be had is logged, at most once in ten seconds: calls may ask again and again.
func spawnThread(_ log: Log, _ signals: ThreadSignals) -> ThreadSpawner {
    let complaints = RateLimitedLog(log, .error)
    return { name, body in
        do throws(ThreadError) {
            try NamedThread.start(name: name, stackSize: 8 << 20, signals: signals) {
                CrashReporter.prepareThread()
                body()
            }
            return true
        } catch {
            complaints.write("\(error)")
            return false
        }
    }
}

/// A log of what may repeat without end: one line in ten seconds, which counts those left out.
final class RateLimitedLog: Sendable {
    private let log: Log
    private let level: LogLevel
    private let limit = Mutex(RateLimit(interval: .seconds(10)))

    init(_ log: Log, _ level: LogLevel) {
        self.log = log
        self.level = level
    }

    /// Writes a line, if one may be written again.
    func write(_ line: @autoclosure () -> String) {
        guard let more = limit.withLock({ $0.admit(at: Moment.now()) }) else { return }
        let line = line()
        log.write(level, more == 0 ? line : "\(line) (and \(more) times before)")
    }
}
