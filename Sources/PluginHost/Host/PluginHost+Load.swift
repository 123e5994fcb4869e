internal import Synchronization
internal import WorkerCore
internal import WorkerThreads

extension PluginHost {
    /// Loads a plugin and creates its instance.
    ///
    /// Waits for both.
    ///
    /// dlopen runs on the calling thread; everything of the plugin's class on the first executor.
    ///
    /// - Parameters:
    ///   - path: of the library, with a slash in it; checked before.
    ///   - className: which of the library's classes.
    ///   - environment: what it lives in.
    /// - Returns: the host, whose first executor is ready.
    /// - Throws: why it could not be loaded; nothing is left to be cleaned up then.
    package static func load(
        path: String, className: String, in environment: HostEnvironment
    ) throws(LoadFailure) -> PluginHost {
        HostTable.listener.withLock { $0 = StartupListener(environment.events) }
        let library = try PluginLibrary(path: path)
        environment.events.libraryLoaded()
        let outcome = LoadOutcome()
        let isStarted = environment.spawn("uw-exec-0") {
            let executor = Executor()
            ThreadEnd.run {
                create(executor)
            } ifThreadEnds: {
                guard let host = executor.host else {
                    return outcome.deliver(.failure(.threadEnded(PluginThread.endFailure().detail)))
                }
                host.threadEnded(executor)
            }
        }
        guard isStarted else { throw .noThread }
        return try outcome.take().get()

        @Sendable func create(_ executor: Executor) {
            do throws(LoadFailure) {
                let table = try library.table(of: className)
                guard let slots = SlotRegistry.take(table.concurrency) else {
                    throw .tooManySlots(table.concurrency)
                }
                let instance: PluginInstance
                do throws(LoadFailure) {
                    instance = try PluginInstance(creating: table)
                } catch {
                    SlotRegistry.giveBack(slots)
                    throw error
                }
                let host = PluginHost(instance, slots: slots, environment)
                guard host.desk.start() else {
                    _ = instance.destroy()
                    SlotRegistry.giveBack(slots)
                    throw .noThread
                }
                HostTable.listener.withLock { $0 = host }
                executor.host = host
                outcome.deliver(.success(host))
                host.runJobs(executor)
            } catch {
                outcome.deliver(.failure(error))
            }
        }
    }
}

/// What crosses from the first executor to the thread that loads.
private final class LoadOutcome: Sendable {
    private let result = Mutex<Result<PluginHost, LoadFailure>?>(nil)
    private let isReady = Semaphore()

    func deliver(_ result: Result<PluginHost, LoadFailure>) {
        self.result.withLock { $0 = result }
        isReady.signal()
    }

    func take() -> Result<PluginHost, LoadFailure> {
        isReady.wait()
        guard let result = result.withLock({ $0 }) else {
            preconditionFailure("the semaphore is signalled after the result is there")
        }
        return result
    }
}

/// Hears what the plugin says before there is a host.
private final class StartupListener: HostTableListener {
    private let events: any HostEvents

    init(_ events: any HostEvents) { self.events = events }

    func log(_ level: PluginLogLevel, _ text: String) { events.pluginLogged(level, text) }

    // The configuration is asked for right after create anyway.
    func configChanged() {}
}
