private import Glibc
internal import WorkerCore
internal import WorkerOS
internal import WorkerThreads

/// How the rooms get their threads: plugin code gets the stack of a main thread.
func spawnThread(_ log: Log) -> ThreadSpawner {
    { name, body in
        do throws(ThreadError) {
            try NamedThread.start(name: name, stackSize: 8 << 20, signals: .inherited) {
                CrashReporter.prepareThread()
                body()
            }
        } catch {
            // A worker that cannot run calls must not pretend to: its host restarts it.
            log.error("\(error)")
            _exit(ExitCode.noResources.rawValue)
        }
    }
}
