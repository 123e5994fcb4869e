internal import Synchronization
internal import WorkerCore
internal import WorkerThreads

extension LoadedPlugin {
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
    /// - Returns: the plugin, whose first executor is ready.
    /// - Throws: why it could not be loaded; nothing is left to be cleaned up then.
    package static func load(
        path: String, className: String, in environment: PluginEnvironment
    ) throws(LoadFailure) -> LoadedPlugin {
        let facts = PluginFacts()
        HostTable.listener.withLock { $0 = StartupListener(environment.events, facts) }
        let library = try PluginLibrary(path: path)
        environment.events.libraryLoaded()
        return try start(in: environment) { () throws(LoadFailure) in
            let table = try library.table(of: className)
            return try withSlots(table.concurrency) { () throws(LoadFailure) in
                try LibraryInstance(creating: table, facts)
            }
        }
    }

    /// Starts a Python plugin in a process of its own, and waits until it has been made.
    ///
    /// - Parameters:
    ///   - plan: which class, and how it is run.
    ///   - environment: what it lives in.
    /// - Returns: the plugin, whose first executor is ready.
    /// - Throws: why it could not be made; the process has ended then, or is about to.
    package static func load(
        _ plan: PythonPlan, in environment: PluginEnvironment
    ) throws(LoadFailure) -> LoadedPlugin {
        try start(in: environment) { () throws(LoadFailure) in
            let instance = try ProcessInstance(starting: plan, in: environment)
            do throws(LoadFailure) {
                return try withSlots(instance.concurrency) { () throws(LoadFailure) in instance }
            } catch {
                _ = instance.destroy()
                throw error
            }
        }
    }

    /// Makes an instance on the first executor, which then runs its jobs.
    private static func start(
        in environment: PluginEnvironment,
        _ make: @escaping @Sendable () throws(LoadFailure) -> (any PluginInstance, [CallSlot])
    ) throws(LoadFailure) -> LoadedPlugin {
        let outcome = Handover<Result<LoadedPlugin, LoadFailure>>()
        let isStarted = environment.spawn("uw-exec-0") {
            let executor = Executor()
            ThreadEnd.run {
                create(executor)
            } ifThreadEnds: {
                guard let plugin = executor.plugin else {
                    return outcome.give(.failure(.threadEnded(PluginThread.endFailure().detail)))
                }
                plugin.threadEnded(executor)
            }
        }
        guard isStarted else { throw .noThread }
        return try outcome.take().get()

        @Sendable func create(_ executor: Executor) {
            do throws(LoadFailure) {
                let (instance, slots) = try make()
                let plugin = LoadedPlugin(instance, slots: slots, environment)
                guard plugin.desk.start() else {
                    _ = instance.destroy()
                    SlotRegistry.giveBack(slots)
                    throw .noThread
                }
                HostTable.listener.withLock { $0 = plugin }
                executor.plugin = plugin
                plugin.describe()
                outcome.give(.success(plugin))
                plugin.runJobs(executor)
            } catch {
                outcome.give(.failure(error))
            }
        }
    }

    /// Takes a slot for each call that may run at once, and makes the instance.
    private static func withSlots(
        _ count: Int, _ make: () throws(LoadFailure) -> any PluginInstance
    ) throws(LoadFailure) -> (any PluginInstance, [CallSlot]) {
        guard let slots = SlotRegistry.take(count) else { throw .tooManySlots(count) }
        do throws(LoadFailure) {
            return (try make(), slots)
        } catch {
            SlotRegistry.giveBack(slots)
            throw error
        }
    }
}

/// Hears what the plugin says while it is being loaded.
private final class StartupListener: HostTableListener {
    private let events: any PluginEvents
    let facts: PluginFacts?

    init(_ events: any PluginEvents, _ facts: PluginFacts) {
        self.events = events
        self.facts = facts
    }

    func erred(_ mistake: PluginMistake, in function: String, _ detail: String) {
        events.pluginErred(mistake, in: function, detail)
    }

    func log(_ level: LogLevel, _ text: String) { events.pluginLogged(level, text) }

    // The configuration is asked for right after create anyway.
    func configChanged() {}
}
