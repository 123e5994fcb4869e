private import Glibc
internal import PluginHost
internal import Synchronization
internal import WorkerCore
internal import WorkerHTTP
internal import WorkerOS
internal import WorkerThreads

/// The worker's parts while it lives, and what the actions of `Lifecycle` mean for them.
final class RunningWorker: Sendable {
    private let configuration: Configuration
    private let environment: Environment
    private let log: Log
    private let inbox: Inbox
    private let reaper: DescendantReaper
    private let notifier: Notifier
    private let listeners: Listeners
    private let capture: StandardOutputCapture
    /// That of stderr, where what is written there is not text.
    private let errorCapture: StandardOutputCapture?
    private let timers: Timers
    private let spawn: ThreadSpawner
    /// For threads that run plugin code.
    private let spawnForPlugin: ThreadSpawner
    private let budget: Budget
    private let tokens: Tokens?
    private let events: Events
    private let vitals: Vitals
    /// The plugin, once it is loaded.
    private let loaded = Mutex<LoadedPlugin?>(nil)
    /// The server, once it serves; the main thread's.
    private let http = Mutex<Server?>(nil)
    private let service: Service
    /// When the worker began.
    private let start = Moment.now()

    init(
        _ program: Program, capture: StandardOutputCapture,
        errorCapture: StandardOutputCapture?, timers: Timers, spawn: @escaping ThreadSpawner,
        spawnForPlugin: @escaping ThreadSpawner
    ) {
        configuration = program.configuration
        environment = program.environment
        log = program.log
        inbox = program.inbox
        reaper = program.reaper
        notifier = program.notifier
        events = program.events
        vitals = program.vitals
        tokens = program.tokens
        service = Service(meter: UsageMeter(), log: log, inbox: inbox)
        listeners = program.listeners
        self.capture = capture
        self.errorCapture = errorCapture
        self.timers = timers
        self.spawn = spawn
        self.spawnForPlugin = spawnForPlugin
        program.pluginLines.follow { [service] in service.calls(atMost: 2).shown }
        budget = Budget(limit: configuration.maxBuffered)
    }

    private static let shuttingDown = CallFailure(.cancelled, "The worker is shutting down")

    private var plugin: LoadedPlugin? { loaded.withLock { $0 } }
    private var server: Server? { http.withLock { $0 } }

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
                        greeted: { [self] in willLoad(health: $0) },
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

    /// The plugin is about to be loaded; what its process has said that adds to /health, if it has one.
    ///
    /// From then on /health can be answered, if that takes long: where clients connect already, before
    /// a host's 5 s for its first answer are over; on a port of our own, where they are refused and
    /// try again until then, before the 30 s are over that a host waits.
    private func willLoad(health: String) {
        service.willOpen(health: health)
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
            willLoad(health: "")
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

    private func tellLoadFailure(_ reason: String) {
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

    /// Brings into the log what the plugin has printed and what it holds back.
    private func finishCaptures(within time: TimeSpan) {
        let last = Moment.now() + time
        capture.finish(until: last)
        errorCapture?.finish(until: last)
    }

    /// Lives to the end of the process; on the main thread.
    func live() -> Never {
        var life = Lifecycle(grace: configuration.shutdownGrace)
        var stepEnds: Moment?
        while true {
            let event = inbox.next(until: stepEnds)
            if event == .timeout { stepEnds = nil }
            let phase = life.phase
            let actions = life.handle(event, at: Moment.now())
            if case .end(let cause) = event, phase != life.phase {
                // What a plugin has put in its place is not where this line belongs.
                log.checkDescriptor()
                log.write(cause.level, cause.kind, cause.description)
                tellEnding(cause)
            }
            for action in actions {
                if let moment = perform(action, life) { stepEnds = moment }
            }
        }
    }

    /// Carries out an action.
    ///
    /// - Returns: when its time is up, if it has one.
    private func perform(_ action: Lifecycle.Action, _ life: Lifecycle) -> Moment? {
        switch action {
        case .tellLoadFailure(let reason):
            tellLoadFailure(reason)
        case .serveEarly:
            if let failure = start(options(nil)) {
                inbox.post(.startFailed(failure))
            } else {
                log.info(
                    "the plugin takes long to load; \(listeners.name) answers for it meanwhile")
            }
        case .serve:
            if let failure = serve() { inbox.post(.startFailed(failure)) }
        case .refuseCalls:
            // A socket of our own is answered on to the end; one that outlives us serves the next.
            guard let server, listeners.isAnyInherited else {
                server?.drain()
                closeHost()
                return nil
            }
            server.quiesce()
        case .cancelCalls:
            closeHost()
            plugin?.cancelAll(Self.shuttingDown) { _ in }
            plugin?.cancelRequests(Self.shuttingDown)
        case .abandonCalls:
            if case .pluginExited = life.cause {
                plugin?.abandonCalls(CallFailure(.misbehaviour, "The plugin ended the process"))
            } else {
                plugin?.abandonCalls(Self.shuttingDown)
            }
        case .awaitIdle(let moment):
            awaitIdle(until: moment, servesOn: listeners.isAnyInherited && life.phase == .draining)
            return moment
        case .cleanUp(let moment):
            plugin?.end { [inbox] in inbox.post(.cleaned) }
            return moment
        case .cleanUpBesideCalls(let moment):
            if let plugin {
                plugin.cleanUpBesideCalls { [inbox] in inbox.post(.cleaned) }
            } else {
                inbox.post(.cleaned)
            }
            return moment
        case .endDescendants(let moment):
            close(life, until: moment)
            let left = reaper.endAll(until: moment)
            if !left.isEmpty { log.warning("processes of the plugin's cannot be ended: \(left)") }
            reaper.reapRest()
            inbox.post(.reaped)
            return moment
        case .exit(let code):
            exit(code, life.cause)
        }
        return nil
    }

    /// Takes no more calls.
    private func closeHost() {
        plugin?.close(CallFailure(.unavailable, "The worker is shutting down"))
    }

    /// Reports when no call runs or waits.
    ///
    /// On a socket that outlives the worker, what has been asked on its connections is still done: the
    /// next worker has those that come later, and none is refused in between.
    private func awaitIdle(until moment: Moment, servesOn: Bool) {
        let report: @Sendable () -> Void = { [self] in
            closeHost()
            plugin?.whenIdle { [inbox] in inbox.post(.idle) }
        }
        guard servesOn, let server else { return report() }
        let waits = spawn("uw-drain") {
            server.waitUntilClosed(until: moment)
            report()
        }
        if !waits { report() }
    }

    private func serve() -> ExitCode? {
        guard let plugin else { preconditionFailure("it is served what has been loaded") }
        var options = options(plugin)
        for (number, endpoint) in plugin.endpoints.enumerated()
        where !options.endpoints.add(Endpoint(endpoint, number)) {
            tellLoadFailure(
                "endpoint \(endpoint.methods.allow) \(endpoint.path) has been declared before, "
                    + "or is the worker's own")
            return .loadFailure
        }
        // What the plugin's runtime has done to them while it was loaded.
        Watchdog.holdSignals(log)
        service.open(plugin)
        if let server {
            server.open(options)
        } else if let failure = start(options) {
            return failure
        }
        log.write(
            .info, .ready,
            "listening on \(listeners.name), serving "
                + "\(configuration.module):\(configuration.className) (\(plugin.name) \(plugin.version))"
        )
        log.debug("the plugin declares \(plugin.declaration)")
        // Some are the worker's and the plugin's own.
        if ProcessLimits.openFiles < configuration.maxConnections + 64 {
            log.warning(
                "the limit of open files, \(ProcessLimits.openFiles), is too low for "
                    + "\(configuration.maxConnections) connections (--max-connections)")
        }
        let open = listeners.all.first { !$0.isUnix && !$0.isLoopback }
        if tokens == nil, let open {
            log.warning(
                "other machines may reach \(open.name), and there is no token: who reaches the "
                    + "worker runs its plugin (--token-file)")
        }
        notifier.ready(
            status:
                "serving \(configuration.module):\(configuration.className) on \(listeners.name)")
        StartPages.forget()
        return nil
    }

    /// Lets clients in.
    private func start(_ options: ServerOptions) -> ExitCode? {
        do throws(SocketError) {
            try listeners.listen()
        } catch {
            log.error("\(error)")
            return .bindFailure
        }
        let server = Server(options, service: service, spawn: spawn)
        guard let server, server.start() else {
            log.error("libmicrohttpd does not start: out of memory, threads or descriptors")
            return .noResources
        }
        http.withLock { $0 = server }
        vitals.add { server.lostDescriptor }
        return nil
    }

    private func tellEnding(_ cause: EndingCause) {
        // Some seconds more than the end may take, for a grace that is longer than systemd's.
        notifier.stopping(
            status: cause.description,
            within: configuration.shutdownGrace + .seconds(5))
    }

    /// What is served: a plugin, or what is known before there is one.
    private func options(_ plugin: LoadedPlugin?) -> ServerOptions {
        var options = ServerOptions(
            listeners: listeners.all.map { .init($0.descriptor, isShared: $0.isInherited) },
            policy: AccessPolicy(
                hosts: configuration.allowedHosts, origins: configuration.allowedOrigins,
                port: listeners.port ?? 0),
            processID: getpid(), pluginName: plugin?.name ?? .text("unknown"),
            pluginVersion: plugin?.version ?? .text("unknown"), maxBody: configuration.maxBody,
            budget: budget,
            clock: Moment.now)
        options.isEarly = plugin == nil
        options.mostHeld = configuration.maxQueue + 1
        if let peers = listeners.peers { options.admits = { peers.admits($0) } }
        options.tokens = tokens?.check
        // The tokens are not for the plugin, on a Unix socket neither.
        options.headerNames = (plugin?.headerNames ?? []).filter {
            tokens == nil || $0 != "authorization"
        }
        options.connectionMemory = configuration.maxHeader
        options.maxConnections = configuration.maxConnections
        options.logsAccess = configuration.logsAccess
        options.headerTimeout = configuration.headerTimeout
        options.bodyTimeout = configuration.bodyTimeout
        options.idleTimeout = configuration.idleTimeout
        if let interval = WatchdogInterval(environment: environment) {
            options.heartbeat = Heartbeat(interval: interval.ping) { [notifier] in
                notifier.watchdog()
            }
        }
        if configuration.callTimeout > .zero {
            options.callTimeout = configuration.callTimeout
        }
        return options
    }

    /// Lets go of clients, whose answers are on their way.
    private func close(_ life: Lifecycle, until moment: Moment) {
        // Before there is a plugin, what waits for it will not be answered.
        guard let server, plugin != nil else { return }
        // The server is not stopped: connections may still be suspended for plugin code that does
        // not return, and the end of the process closes them all the same.
        switch life.cause {
        case .parentGone, .pluginDied: return
        default: break
        }
        _ = server.waitUntilAnswered(until: moment)
        if listeners.isAnyInherited { server.waitUntilClosed(until: moment) }
    }

    private func exit(_ code: ExitCode, _ cause: EndingCause?) -> Never {
        // Whatever came to life since, or was not waited for; without descendants this is nothing.
        reaper.killRest()
        listeners.removeFile()
        finishCaptures(within: .milliseconds(50))
        if code == .forced { log.warning("plugin code did not return in time and is left behind") }
        var signal: Int32?
        if case .pluginDied(_, let mirrored) = cause { signal = mirrored }
        log.write(
            .info, .ended,
            signal.map { "ends by signal \($0), as its plugin did" }
                ?? "ended with exit code \(code.rawValue)")
        let last = Moment.now() + .milliseconds(100)
        log.flush(until: last)
        notifier.flush(until: last)
        if let signal { ProcessEnd.dieOf(signal) }
        _exit(code.rawValue)
    }
}
