private import Glibc
internal import PluginHost
internal import Synchronization
internal import WorkerCore
internal import WorkerHTTP
internal import WorkerOS
internal import WorkerThreads

/// One run of the worker, from its parsed command line to the end of the process.
///
/// The main thread only carries out what `Lifecycle` says. The plugin is loaded on a thread of its
/// own, so that the worker can end while a constructor or a create does not return. The order is
/// the contract's: bind early, load, listen late, so that a taken port fails fast and a host sees
/// "connection refused", which it retries, until there is a server to talk to.
struct Program {
    let configuration: Configuration
    let environment: Environment
    let log: Log
    let pluginLines: PluginLines
    private let mistakes: RateLimitedLog
    /// Where stderr leads; also if what the plugin writes there is caught.
    private let errorOutput: Int32
    let inbox = Inbox()
    let reaper = DescendantReaper()
    let vitals = Vitals()
    let listeners = Listeners()
    let notifier: Notifier
    /// The tokens that clients have to show; nil where they need none.
    let tokens: Tokens?
    let outOfMemory = OutOfMemoryWatch()
    var events: Events {
        Events(
            log: log, pluginLines: pluginLines, mistakes: mistakes, inbox: inbox,
            outOfMemory: outOfMemory)
    }

    init(_ configuration: Configuration, _ environment: Environment, _ tokens: Tokens?) {
        self.configuration = configuration
        self.environment = environment
        self.tokens = tokens
        notifier = Notifier(environment: environment)
        let format = configuration.logFormat
        errorOutput = format == .text ? STDERR_FILENO : StandardOutputCapture.copy(STDERR_FILENO)
        let path = environment["UNIVERSAL_WORKER_JOURNAL_SOCKET"] ?? JournalSink.standardPath
        do throws(SystemError) {
            log =
                if format == .journal {
                    Log(journal: try JournalSink(path: path), level: configuration.logLevel)
                } else {
                    Self.log(to: errorOutput, configuration, environment, format)
                }
        } catch {
            log = Self.log(to: errorOutput, configuration, environment, .text)
            log.warning("there is no journal at \(path), and the log is text on stderr: \(error)")
        }
        pluginLines = PluginLines(log)
        mistakes = RateLimitedLog(log, .debug)
    }

    private static func log(
        to descriptor: Int32, _ configuration: Configuration, _ environment: Environment,
        _ format: LogFormat
    ) -> Log {
        Log(
            descriptor: descriptor, level: configuration.logLevel, format: format,
            isJournal: JournalStream.leads(
                from: STDERR_FILENO, variable: environment["JOURNAL_STREAM"]))
    }

    /// The descriptors that the worker itself has, and connections that are only told to go away.
    private static let ownDescriptors = 128

    /// Address space with less than which no worker has come to serve, bytes; measured.
    private static let leastAddressSpace: UInt = 64 << 20

    /// Runs to the end.
    ///
    /// Ends by `_exit`, not `exit`: destructors of a library whose threads may still run are not
    /// the worker's to call.
    func run() -> Never {
        SignalHandlers.install()
        // Swift's runtime ends the process where it gets no memory.
        if let limit = ProcessLimits.addressSpace, limit < Self.leastAddressSpace {
            end(
                .noResources,
                "the limit of the address space, \(limit) bytes (ulimit -v), is too low: "
                    + "the worker needs \(Self.leastAddressSpace), and its plugin more")
        }
        let spawn = spawnThread(log, .faultsOnly)
        let spawnForPlugin = spawnThread(log, .plugin)
        ProcessLimits.raiseOpenFiles(by: configuration.maxConnections + Self.ownDescriptors)
        // What the plugin starts, however it detaches itself, stays below the worker.
        ChildSubreaper.enable()
        if let complaint = CommandLineTable.complaint(about: environment.options.keys) {
            log.warning(complaint)
        }
        if reaper.isBlind {
            log.warning(
                "/proc is missing: processes that the plugin starts get no SIGTERM at the end, only "
                    + "SIGKILL, and /stats tells of the worker alone, with its peak of memory")
        }
        do {
            try CrashReporter.install(
                describe: "\(configuration.module):\(configuration.className)",
                isJournal: log.isJournal, isJSON: log.format == .json, to: errorOutput)
            try watch(spawn)
            try listeners.open(configuration)
            let capture = try StandardOutputCapture.start { [pluginLines] in
                pluginLines.write(.info, "plugin stdout: \($0)")
            }
            pluginLines.read(capture)
            for socket in listeners.all { vitals.add("its listening socket", socket.descriptor) }
            if let descriptor = listeners.peers?.descriptor {
                vitals.add("its socket to the kernel", descriptor)
            }
            vitals.add { capture.isWhole ? nil : "the pipe that captures its stdout" }
            var errorCapture: StandardOutputCapture?
            if log.format != .text {
                let capture = try StandardOutputCapture.start(
                    descriptor: STDERR_FILENO, thread: "stderr"
                ) { [pluginLines] in pluginLines.write(.info, "plugin stderr: \($0)") }
                vitals.add { capture.isWhole ? nil : "the pipe that captures its stderr" }
                vitals.add("its log", errorOutput)
                pluginLines.read(capture)
                errorCapture = capture
            }
            vitals.add { [log] in log.checkDescriptor() ? nil : "the pipe of its log" }
            if let descriptor = notifier.socket { vitals.add("its socket to systemd", descriptor) }
            guard let timers = Timers(spawn: spawn) else { throw NoThread() }
            let worker = RunningWorker(
                self, capture: capture, errorCapture: errorCapture, timers: timers,
                spawn: spawn,
                spawnForPlugin: spawnForPlugin)
            ProcessExit.watch(events)
            let isLoading = spawnForPlugin("uw-load") {
                ThreadEnd.run {
                    worker.load()
                } ifThreadEnds: {
                    worker.loadingThreadEnded()
                }
            }
            guard isLoading else { throw NoThread() }
            worker.live()
        } catch let error as SocketError {
            end(.bindFailure, "\(error)")
        } catch let error as ParentGone {
            end(.parentGone, error.description)
        } catch let error as SystemError {
            end(.noResources, "crashes cannot be watched: \(error)")
        } catch {
            end(.noResources, "\(error)")
        }
    }

    /// Begins to watch for signals and for the parent's end; before anything of the plugin's runs.
    private func watch(_ spawn: @escaping ThreadSpawner) throws {
        var parent: ParentWatch?
        if configuration.parentProcess > 0 {
            parent = ParentWatch(
                configuration.parentProcess, deathSignal: SignalMask.parentDeath)
            if parent == nil { throw ParentGone(process: configuration.parentProcess) }
        }
        let reloading = tokens?.reloading(log, spawn)
        guard reloading?.start() ?? true else { throw NoThread() }
        let watchdog = Watchdog(
            parent: parent, reaper: reaper, vitals: vitals, listeners: listeners, inbox: inbox,
            log: log, reloading: reloading)
        guard spawn("uw-watchdog", { watchdog.run() }) else { throw NoThread() }
        guard parent == nil || spawn("uw-parent", { watchdog.waitForParent() }) else {
            throw NoThread()
        }
    }

    private func end(_ code: ExitCode, _ reason: String) -> Never {
        listeners.removeFile()
        log.error(reason)
        notifier.failed(status: reason)
        let last = Moment.now() + .milliseconds(100)
        log.flush(until: last)
        notifier.flush(until: last)
        _exit(code.rawValue)
    }
}

/// The process that `--ppid` names is gone before anything has begun.
private struct ParentGone: Error, CustomStringConvertible {
    let process: Int32

    var description: String { "the parent process \(process) (--ppid) is gone" }
}

/// A thread that the worker needs to live cannot be had.
private struct NoThread: Error, CustomStringConvertible {
    var description: String { "the worker cannot start without its threads" }
}
