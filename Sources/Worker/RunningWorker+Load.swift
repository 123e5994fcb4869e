internal import PluginHost
internal import Synchronization
internal import WorkerCore
internal import WorkerOS
internal import WorkerThreads

/// How the plugin is loaded, and what is told where it cannot be.
extension RunningWorker {
    /// Loads the plugin; on a thread of its own.
    func load() {
        let began = Moment.now()
        do throws(LoadError) {
            let source = try PluginSource.find(configuration, environment, log)
            if case .library = source, let option = configuration.pythonOnlyOption {
                let error = UsageError.pythonOnly(option: option)
                notifier.failed(status: error.description)
                log.error(error.description)
                return inbox.post(.startFailed(.usage))
            }
            let plugin: LoadedPlugin
            do throws(LoadFailure) {
                plugin = try load(
                    source,
                    in: PluginEnvironment(
                        maxQueue: configuration.maxQueue,
                        wedgedLimit: configuration.wedgedExit > .zero
                            ? configuration.wedgedExit : nil,
                        budget: budget,
                        events: events,
                        clock: Moment.now, timers: timers, spawn: spawnForPlugin,
                        greeted: { [self] in willLoad($0) },
                        endDescendants: { [reaper] in
                            _ = reaper.endAll(until: .now() + .seconds(2))
                            reaper.reapRest()
                        }))
            } catch {
                if error == .noThread {
                    // The system's fault, not the plugin's.
                    notifier.failed(status: error.description)
                    return inbox.post(.startFailed(.noResources))
                }
                throw .plugin(error)
            }
            service.loaded(in: Moment.now() - began)
            loaded.withLock { $0 = plugin }
            inbox.post(.loaded)
        } catch {
            // A model that does not fit into memory, say, which hosts read off its signal.
            guard case .plugin(.died(let end)) = error else { return loadFailed("\(error)") }
            inbox.post(.loadFailed("\(error)", signal: end.mirrored))
        }
    }

    /// The plugin is about to be loaded; what its process has said, if it has one.
    ///
    /// From then on /health can be answered, if that takes long: where clients connect already, before
    /// a host's 5 s for its first answer are over; on a port of our own, where they are refused and
    /// try again until then, before the 30 s are over that a host waits.
    private func willLoad(_ greeting: Greeting) {
        service.willOpen(greeting)
        timers.schedule(at: start + (listeners.isAnyInherited ? Self.patience : Self.portPatience))
        {
            [inbox] in inbox.post(.loadIsSlow)
        }
    }

    private static let patience = TimeSpan.milliseconds(3_500)
    private static let portPatience = TimeSpan.seconds(25)

    private func load(
        _ source: PluginSource, in environment: PluginEnvironment
    ) throws(LoadFailure) -> LoadedPlugin {
        switch source {
        case .library(let path):
            willLoad(Greeting())
            return try LoadedPlugin.load(
                path: path, className: configuration.className, in: environment)
        case .python(let plan):
            events.outOfMemory.begin()
            SignalWaiter.takeLogSignals()
            return try LoadedPlugin.load(plan, in: environment)
        }
    }

    /// The thread that loads has ended: a constructor of the library has ended it.
    func loadingThreadEnded() { loadFailed("the plugin ended the thread that loads its library") }

    private func loadFailed(_ reason: String) { inbox.post(.loadFailed(reason)) }

    func tellLoadFailure(_ reason: String) {
        let plugin = "\(configuration.module):\(configuration.className)"
        notifier.failed(status: "Failed to load \(plugin): \(reason)")
        // What the plugin printed first comes first; the contract wants this line on stdout.
        finishCaptures(within: .milliseconds(200))
        if log.format != .text {
            log.write(.error, .loadFailed, "Failed to load \(plugin): \(reason)")
        }
        capture.writeReal(
            "FATAL: Failed to load \(plugin) - \(reason)",
            until: .now() + .seconds(1))
    }
}
