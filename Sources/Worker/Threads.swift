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
