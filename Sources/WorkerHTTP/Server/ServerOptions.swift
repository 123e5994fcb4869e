package import WorkerCore
package import WorkerThreads

/// What a server is started with.
///
/// Sizes in bytes.
package struct ServerOptions: Sendable {
    /// A bound and listening stream socket, which stays open as long as the server.
    package struct Listener: Sendable {
        let descriptor: Int32
        let isShared: Bool

        /// Names a descriptor; `isShared` says whether the socket outlives this process, and is served by
        /// another one then.
        package init(_ descriptor: Int32, isShared: Bool) {
            self.descriptor = descriptor
            self.isShared = isShared
        }
    }

    /// Where clients connect.
    package var listeners: [Listener]
    /// Who may talk to it over TCP; on a Unix socket the file's permissions decide.
    package var policy: AccessPolicy
    /// The tokens of which requests over TCP have to show one; nil where they need none.
    package var tokens: TokenCheck?
    /// Whether the client of a connected socket is served at all; nil for all.
    ///
    /// On the HTTP thread, as the connection begins.
    package var admits: (@Sendable (_ socket: Int32) -> Bool)?
    /// What is served: the worker's own endpoints, and those that were added while it starts.
    package var endpoints = EndpointTable()
    /// The process, as /health names it.
    package var processID: Int32
    /// The plugin, as /health names it.
    package var pluginName: PluginLabel
    /// Its version.
    package var pluginVersion: PluginLabel
    /// The headers of requests that calls of the plugin are to have, in lower case.
    package var headerNames: [String] = []
    /// Whether the plugin is still being made: what is asked of it waits for `Server.open`.
    package var isEarly = false
    /// How many requests may wait for that.
    package var mostHeld = 64
    /// The largest body that a request may have.
    package var maxBody: Int
    /// What bodies, results and lines of streams may hold together.
    package var budget: Budget
    /// Bodies larger than this are validated on a thread of their own.
    package var largeBody = 32 << 10
    /// How many bytes of stream may wait for a slow client before its plugin call has to.
    package var streamBuffer = 256 << 10
    /// Memory of a connection: bounds header blocks and the chunks of streams.
    package var connectionMemory = 12 << 10
    /// A request on a connection beyond these is answered 503.
    package var maxConnections = 10_000
    /// How many connections are taken: a few more, so that a client can be told so.
    var mostConnections: Int { maxConnections + 64 }
    /// The time that a header block may take to arrive.
    package var headerTimeout = TimeSpan.seconds(10)
    /// The time that a body may take to arrive.
    package var bodyTimeout = TimeSpan.seconds(120)
    /// The time that a connection is kept between two requests.
    package var idleTimeout = TimeSpan.seconds(60)
    /// The time over which the rate of a client that reads a reply is measured.
    ///
    /// The kernel may tell of what was taken in steps of 64 KiB: one of 2 KiB/s makes a step in each.
    package var readerWindow = TimeSpan.seconds(30)
    /// The time that a call may take, counted from its arrival; nil for any.
    package var callTimeout: TimeSpan?
    /// Whether the service is told of each request that is over.
    package var logsAccess = false
    /// The signs of life that a supervisor wants; nil for none.
    package var heartbeat: Heartbeat?
    /// The monotonic clock.
    package var clock: @Sendable () -> Moment

    /// Makes options with the defaults that the command line documents.
    package init(
        listeners: [Listener], policy: AccessPolicy, processID: Int32, pluginName: PluginLabel,
        pluginVersion: PluginLabel, maxBody: Int, budget: Budget,
        clock: @escaping @Sendable () -> Moment
    ) {
        self.clock = clock
        self.listeners = listeners
        self.policy = policy
        self.processID = processID
        self.pluginName = pluginName
        self.pluginVersion = pluginVersion
        self.maxBody = maxBody
        self.budget = budget
    }
}

/// The signs of life that the HTTP thread gives as long as its loop turns.
package struct Heartbeat: Sendable {
    /// The time between two of them.
    let interval: TimeSpan
    /// Gives one, without ever waiting; false where it has to be tried again soon.
    let send: @Sendable () -> Bool

    /// Makes a heartbeat; `send` runs on the HTTP thread.
    package init(interval: TimeSpan, send: @escaping @Sendable () -> Bool) {
        self.interval = interval
        self.send = send
    }

    /// Gives a sign of life, and returns when the next one has to follow.
    ///
    /// What could not be sent is tried again much earlier: with the next regular one it would be
    /// too late.
    func beat(at now: Moment) -> Moment { now + (send() ? interval : interval / 8) }
}
