private import Glibc
internal import PluginHost
internal import Synchronization
internal import WorkerCore
internal import WorkerHTTP
internal import WorkerOS
internal import WorkerThreads

/// The worker's parts while it lives, and what the actions of `Lifecycle` mean for them.
final class RunningWorker: Sendable {
    private let program: Program
    let capture: StandardOutputCapture
    /// That of stderr, where what is written there is not text.
    private let errorCapture: StandardOutputCapture?
    let timers: Timers
    let spawn: ThreadSpawner
    /// For threads that run plugin code.
    let spawnForPlugin: ThreadSpawner
    let budget: Budget
    /// The plugin, once it is loaded.
    let loaded = Mutex<LoadedPlugin?>(nil)
    /// The server, once it serves; the main thread's.
    let http = Mutex<Server?>(nil)
    let service: Service
    /// When the worker began.
    let start = Moment.now()

    init(
        _ program: Program, capture: StandardOutputCapture,
        errorCapture: StandardOutputCapture?, timers: Timers, spawn: @escaping ThreadSpawner,
        spawnForPlugin: @escaping ThreadSpawner
    ) {
        self.program = program
        service = Service(meter: UsageMeter(), log: program.log, inbox: program.inbox)
        self.capture = capture
        self.errorCapture = errorCapture
        self.timers = timers
        self.spawn = spawn
        self.spawnForPlugin = spawnForPlugin
        program.pluginLines.follow { [service] in service.calls(atMost: 2).shown }
        budget = Budget(limit: program.configuration.maxBuffered)
    }

    private static let shuttingDown = CallFailure(.cancelled, "The worker is shutting down")

    var configuration: Configuration { program.configuration }
    var environment: Environment { program.environment }
    var log: Log { program.log }
    var inbox: Inbox { program.inbox }
    var reaper: DescendantReaper { program.reaper }
    var notifier: Notifier { program.notifier }
    var listeners: Listeners { program.listeners }
    var tokens: Tokens? { program.tokens }
    var events: Events { program.events }
    var vitals: Vitals { program.vitals }
    var plugin: LoadedPlugin? { loaded.withLock { $0 } }
    var server: Server? { http.withLock { $0 } }

    /// Brings into the log what the plugin has printed and what it holds back.
    func finishCaptures(within time: TimeSpan) {
        let last = Moment.now() + time
        capture.finish(until: last)
        errorCapture?.finish(until: last)
    }

    /// Lives to the end of the process; on the main thread.
    func live() -> Never {
        var life = Lifecycle(grace: configuration.shutdownGrace)
        var stepEnds = Moment.never
        while true {
            let event = inbox.next(until: stepEnds)
            if event == .timeout { stepEnds = .never }
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

    private func tellEnding(_ cause: EndingCause) {
        // Some seconds more than the end may take, for a grace that is longer than systemd's.
        notifier.stopping(
            status: cause.description,
            within: configuration.shutdownGrace + .seconds(5))
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
