internal import Synchronization
internal import WorkerCore
internal import WorkerOS
internal import WorkerThreads

/// How the rooms get their threads: plugin code gets the stack of a main thread.
///
/// A thread that cannot be had is logged, at most once in ten seconds: calls may ask again and again.
func spawnThread(_ log: Log) -> ThreadSpawner {
    let complaints = ThreadComplaints(log)
    return { name, body in
        do throws(ThreadError) {
            try NamedThread.start(name: name, stackSize: 8 << 20, signals: .inherited) {
                CrashReporter.prepareThread()
                body()
            }
            return true
        } catch {
            complaints.add(error)
            return false
        }
    }
}

/// What the log says about threads that cannot be had.
private final class ThreadComplaints: Sendable {
    private let log: Log
    private let limit = Mutex(RateLimit(interval: 10_000_000_000))

    init(_ log: Log) { self.log = log }

    func add(_ error: ThreadError) {
        guard let more = limit.withLock({ $0.admit(at: MonotonicClock.now()) }) else { return }
        log.error(more == 0 ? "\(error)" : "\(error) (and \(more) times before)")
    }
}
