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

/// A log of what may repeat without end: one line of a kind in ten seconds, which counts those left out.
final class RateLimitedLog: Sendable {
    private let log: Log
    private let level: LogLevel
    private let limits = Mutex<[String: RateLimit]>([:])

    init(_ log: Log, _ level: LogLevel) {
        self.log = log
        self.level = level
    }

    /// Writes a line, if one of its kind may be written again; the kinds are the caller's, a fixed set.
    func write(_ line: @autoclosure () -> String, kind: String = "") {
        write(LogRecord(level, line()), kind: kind)
    }

    /// The same with fields.
    func write(_ record: @autoclosure () -> LogRecord, kind: @autoclosure () -> String) {
        guard log.admits(level) else { return }
        let kind = kind()
        let admitted = limits.withLock {
            $0[kind, default: RateLimit(interval: .seconds(10))].admit(at: Moment.now())
        }
        guard let more = admitted else { return }
        let record = record()
        let text = more == 0 ? record.message : "\(record.message) (and \(more) times before)"
        log.write(LogRecord(level, text, record.kind, fields: record.fields))
    }
}
