private import Glibc
internal import PluginHost
internal import Synchronization
internal import WorkerCore
internal import WorkerHTTP
internal import WorkerOS
internal import WorkerThreads

/// How clients are let in, before and after the plugin is loaded.
extension RunningWorker {
    func serve() -> ExitCode? {
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
    func start(_ options: ServerOptions) -> ExitCode? {
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

    /// What is served: a plugin, or what is known before there is one.
    func options(_ plugin: LoadedPlugin?) -> ServerOptions {
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
}
