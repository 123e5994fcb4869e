private import Glibc
internal import PluginHost
internal import WorkerCore
internal import WorkerHTTP
internal import WorkerOS

/// One run of the worker, from its parsed command line to its exit code.
///
/// Runs on the main thread, which otherwise only waits. The order is the contract's: bind early,
/// load, listen late, so that a taken port fails fast and a host sees "connection refused", which
/// it retries, until there is somebody to talk to.
struct Program {
    private let configuration: Configuration
    private let environment: Environment
    private let log: Log
    private let ending = Ending()

    init(_ configuration: Configuration, _ environment: Environment) {
        self.configuration = configuration
        self.environment = environment
        log = Log(
            descriptor: STDERR_FILENO, level: configuration.logLevel,
            isJournal: JournalStream.leads(
                from: STDERR_FILENO, variable: environment["JOURNAL_STREAM"]))
    }

    /// Serves until something asks for the end.
    func run() -> ExitCode {
        let socket: ListeningSocket
        let capture: StandardOutputCapture
        do {
            let signals = try SignalWaiter()
            try NamedThread.start(name: "uw-signals") { [ending, log] in
                ending.watch(signals, log: log)
            }
            socket = try openSocket()
            capture = try StandardOutputCapture.start { [log] in log.info("plugin stdout: \($0)") }
        } catch let error as SocketError {
            log.error("\(error)")
            return .bindFailure
        } catch {
            log.error("\(error)")
            return .noResources
        }
        let host: PluginHost
        do throws(LoadError) {
            host = try loadPlugin()
        } catch {
            capture.finish(deadlineNanoseconds: deadline(after: .milliseconds(200)))
            let plugin = "\(configuration.module):\(configuration.className)"
            capture.writeReal(
                "FATAL: Failed to load \(plugin) - \(error.oneLine)",
                deadlineNanoseconds: deadline(after: .seconds(1)))
            return .loadFailure
        }
        ending.loaded()
        return serve(host, socket, capture)
    }

    private func openSocket() throws(SocketError) -> ListeningSocket {
        switch configuration.socketSource {
        case .bind(let host, let port): try ListeningSocket.bind(host: host, port: port)
        case .inherited(let descriptor): try ListeningSocket.inherited(fd: descriptor)
        }
    }

    private func loadPlugin() throws(LoadError) -> PluginHost {
        let path = try PluginFile.find(configuration.module, environment)
        do throws(LoadFailure) {
            return try PluginHost.load(
                path: path, className: configuration.className, maxQueue: configuration.maxQueue,
                events: Events(log: log, ending: ending), spawn: spawnThread(log))
        } catch {
            throw .plugin(error)
        }
    }

    private func serve(
        _ host: PluginHost, _ socket: ListeningSocket, _ capture: StandardOutputCapture
    ) -> ExitCode {
        let server = Server(
            options(host, socket), service: Service(host: host, meter: UsageMeter()),
            spawn: spawnThread(log))
        do throws(SocketError) {
            if !socket.isInherited { try socket.listen() }
        } catch {
            log.error("\(error)")
            return .bindFailure
        }
        guard server.start() else {
            log.error("libmicrohttpd does not start: out of memory, threads or descriptors")
            return .noResources
        }
        log.info(
            "listening on \(socket.name), serving \(configuration.module):\(configuration.className) "
                + "(\(host.name) \(host.version))")
        if !socket.isUnix, !socket.isLoopback {
            log.warning("the inherited socket is bound to more than this machine's loopback")
        }
        let reason = ending.wait()
        log.info(reason.description)
        let isComplete = Shutdown(
            host: host, server: server, socket: socket, grace: configuration.shutdownGrace
        ).run()
        capture.finish(deadlineNanoseconds: deadline(after: .milliseconds(50)))
        if !isComplete { log.warning("the plugin did not return in time and is left behind") }
        log.info("ended")
        log.flush(deadlineNanoseconds: deadline(after: .milliseconds(100)))
        return isComplete || reason.exitCode != .clean ? reason.exitCode : .forced
    }

    private func options(_ host: PluginHost, _ socket: ListeningSocket) -> ServerOptions {
        ServerOptions(
            listenDescriptor: socket.descriptor,
            policy: socket.isUnix
                ? nil
                : AccessPolicy(
                    hosts: configuration.allowedHosts, origins: configuration.allowedOrigins,
                    port: socket.port ?? 0),
            processID: getpid(), pluginName: host.name, pluginVersion: host.version,
            maxBody: configuration.maxBody, maxBuffered: configuration.maxBuffered)
    }
}

/// The moment that lies some time from now, in nanoseconds of CLOCK_MONOTONIC.
func deadline(after duration: Duration) -> UInt64 {
    let (seconds, attoseconds) = duration.components
    return MonotonicClock.now() + UInt64(seconds) * 1_000_000_000
        + UInt64(attoseconds / 1_000_000_000)
}
