internal import CMicroHTTPD
internal import Synchronization
package import WorkerCore
internal import WorkerJSON
package import WorkerThreads

/// The HTTP server: one thread, which runs no plugin code and waits for none.
@safe package final class Server: @unchecked Sendable {
    let options: ServerOptions
    private(set) var endpoints: EndpointTable
    /// Whether what is asked of the plugin waits, as that is not there yet; on the HTTP thread.
    private(set) var isEarly: Bool
    /// The headers of requests that calls of the plugin are to have; on the HTTP thread.
    private(set) var headerNames: [String]
    let service: any WorkerService
    let budget: Budget
    /// These do what would hold up the HTTP thread.
    private let validator: WorkerThread<Exchange>
    let usageReader: WorkerThread<UsageQuestion>
    let loop: HTTPLoop
    private let spawn: ThreadSpawner
    private var healthPage: HealthPage
    private let callsPage = CallsPage()
    let recentUsage = Mutex(RecentUsage())
    /// What is counted for /metrics; on the HTTP thread.
    var counters: RequestCounters
    /// The plugin's name and version, as labels of /metrics; on the HTTP thread.
    private(set) var pluginLabels: (name: String, version: String)
    private let startTime: Moment
    /// A whole HTTP message: what is written to a socket when libmicrohttpd can write nothing.
    let tooLargeReply: Message
    private let isDraining = Atomic<Bool>(false)
    /// How many requests are complete, and their answers not yet sent.
    private let unanswered = Atomic<Int>(0)
    private let allAnswered = Semaphore()
    private let allClosed = Semaphore()
    private let lastRequest = Atomic<UInt64>(0)
    private let daemon = Mutex<Daemon?>(nil)

    @safe private struct Daemon: @unchecked Sendable { let pointer: OpaquePointer }

    /// Makes a server that does not serve yet; nil where no descriptor is left.
    package init?(
        _ options: ServerOptions, service: any WorkerService, spawn: @escaping ThreadSpawner
    ) {
        self.options = options
        endpoints = options.endpoints
        counters = RequestCounters(rows: options.endpoints.count)
        pluginLabels = ("\(options.pluginName)", "\(options.pluginVersion)")
        isEarly = options.isEarly
        headerNames = options.headerNames
        self.service = service
        budget = options.budget
        guard let loop = HTTPLoop(options) else { return nil }
        self.loop = loop
        startTime = loop.now
        self.spawn = spawn
        validator = WorkerThread("uw-validate", spawn: spawn) { exchange in
            if let step = exchange.validateAndSubmit() { exchange.complete(step) }
            exchange.server.service.startCalls()
        }
        usageReader = WorkerThread("uw-stats", spawn: spawn) { question in
            question.exchange.server.answer(question)
        }
        healthPage = HealthPage(
            processID: options.processID, name: options.pluginName, version: options.pluginVersion)
        tooLargeReply = Self.tooLarge(options.maxBody).message()
    }

    /// Starts to serve.
    ///
    /// - Returns: false where libmicrohttpd will not start, or a thread cannot be had: a lack of
    ///   memory, descriptors or threads.
    package func start() -> Bool {
        // For as long as the daemon, which lives as long as the process.
        let libraryLog = UnsafeMutablePointer<uw_mhd_log>.allocate(capacity: 1)
        unsafe libraryLog.initialize(
            to: uw_mhd_log(
                context: Unmanaged.passUnretained(self).toOpaque(), write: complained))
        var configuration = unsafe uw_mhd_options(
            connection_limit: UInt32(options.mostConnections),
            // Seconds, rounded up; 0 would be none.
            connection_timeout: UInt32((options.idleTimeout + .nanoseconds(999_999_999)).seconds),
            connection_memory: options.connectionMemory,
            context: Unmanaged.passUnretained(self).toOpaque(), log: libraryLog,
            begun: requestBegun, handle: handleRequest, completed: requestCompleted,
            connection_changed: connectionChanged,
            unescape: leaveAsSent)
        unsafe MHD_set_panic_func(panicked, Unmanaged.passUnretained(self).toOpaque())
        guard validator.start(), let started = unsafe uw_mhd_start(&configuration) else {
            return false
        }
        let daemon = unsafe Daemon(pointer: started)
        loop.watch(unsafe uw_mhd_epoll(started))
        guard spawn("uw-http", { unsafe self.loop.run(daemon.pointer, self.service) }) else {
            unsafe MHD_stop_daemon(started)
            return false
        }
        self.daemon.withLock { $0 = daemon }
        return true
    }

    /// The name of what it needs and has lost, as foreign code has closed or replaced it; any thread.
    package var lostDescriptor: String? {
        daemon.withLock { daemon in
            guard let daemon else { return nil }
            return loop.isWhole(unsafe uw_mhd_epoll(daemon.pointer)) ? nil : HTTPLoop.waitName
        }
    }

    /// Serves the plugin, which has been made now; any thread, once, if it began without.
    ///
    /// - Parameter options: what is known of the plugin counts: its names, endpoints and headers.
    package func open(_ options: ServerOptions) {
        loop.perform { [self] in
            endpoints = options.endpoints
            counters.extend(toRows: endpoints.count)
            pluginLabels = ("\(options.pluginName)", "\(options.pluginVersion)")
            headerNames = options.headerNames
            healthPage = HealthPage(
                processID: options.processID, name: options.pluginName,
                version: options.pluginVersion)
            isEarly = false
            loop.releaseHeld()
        }
    }

    /// Ends each connection with its next reply, as the worker is about to end.
    package func drain() { isDraining.store(true, ordering: .sequentiallyConsistent) }

    /// Whether a reply that begins now is the last one of its connection.
    var endsConnections: Bool { isDraining.load(ordering: .relaxed) }

    /// Ends each connection with its next reply, or in a while if nothing is asked on it, and takes no more
    /// from sockets that outlive this process.
    ///
    /// What waits to be accepted there is left to who serves the socket next.
    package func quiesce() {
        drain()
        loop.quiesce()
    }

    /// A connection has been closed; on the HTTP thread.
    func connectionIsClosed() {
        loop.connectionIsClosed()
        if isDraining.load(ordering: .relaxed), loop.clients.count == 0 { allClosed.signal() }
    }

    /// Waits until all connections have been closed, those that come meanwhile included.
    package func waitUntilClosed(until deadline: Moment) {
        while loop.hasConnections, allClosed.wait(until: deadline) {}
    }

    /// A request is complete, and waits for its answer; on the HTTP thread.
    func answerIsDue() { unanswered.add(1, ordering: .relaxed) }

    /// A due answer has been sent, or never will be; on the HTTP thread.
    func answerIsSent() {
        let left = unanswered.subtract(1, ordering: .acquiringAndReleasing).newValue
        if left == 0, isDraining.load(ordering: .acquiring) { allAnswered.signal() }
    }

    /// Waits until all answers have been sent that clients wait for.
    ///
    /// The server drains.
    ///
    /// - Returns: whether they have.
    package func waitUntilAnswered(until deadline: Moment) -> Bool {
        while unanswered.load(ordering: .acquiring) > 0 {
            guard allAnswered.wait(until: deadline) else { return false }
        }
        return true
    }

    /// Whether a connection still waits for the plugin; `stop` waits for that.
    package var isWaiting: Bool { loop.isAnySuspended }

    /// Ends all connections and the thread, once nothing waits for the plugin any more.
    package func stop() {
        guard let daemon = daemon.withLock({ $0.take() }) else { return }
        loop.stop()
        unsafe MHD_stop_daemon(daemon.pointer)
    }

    /// A name for a call whose client gave none.
    func nextRequestID() -> String {
        String(lastRequest.wrappingAdd(1, ordering: .relaxed).newValue)
    }

    /// Answers a request from a snapshot.
    func answer(_ ticket: SnapshotTicket, on connection: Connection) -> MHD_Result {
        let row = ticket.row
        switch endpoints[row].answer {
        case .snapshot(let render): return send(render(self), of: row, on: connection)
        case .kept(let response):
            let response = response(self)
            // What is kept has no headers of its own.
            guard !endsConnections, originPolicy(of: connection) == nil else {
                return send(Reply(shared: response.text), of: row, on: connection)
            }
            if let client = connection.client { begin(200, response.text.bytes.count, to: client) }
            return response.queue(on: connection, as: endpoints[row].contentType)
        case .exchange, .call:
            preconditionFailure("\(endpoints[row].path) does not answer from a snapshot")
        }
    }

    /// GET /health.
    func health() -> KeptResponse {
        healthPage.response(service.health, uptime: loop.now - startTime)
    }

    /// GET /calls.
    func calls() -> KeptResponse { callsPage.response(service, at: loop.now) }

    /// Has an exchange's body validated, and its call submitted; its connection is to be suspended.
    func validate(_ exchange: Exchange) { validator.add(exchange) }

    /// The type of a reply's content: of one that went well the row's, if it has one.
    func contentType(_ status: UInt32, of row: Int?) -> String {
        if let row, status < 300 { endpoints[row].contentType } else { ContentType.json }
    }

    /// Which requests are served on a client's connection; nil where all are.
    func policy(of client: ClientConnection?) -> AccessPolicy? {
        client?.isUnix ?? false ? nil : options.policy
    }

    /// Queues a reply; while the server drains, the last one of its connection.
    ///
    /// - Parameters:
    ///   - reply: what is sent.
    ///   - row: the table's row that says of what type it is if all went well; errors are JSON.
    ///   - connection: where to.
    /// - Returns: what libmicrohttpd is to be told.
    func send(
        _ reply: consuming Reply, of row: Int? = nil, on connection: Connection
    ) -> MHD_Result {
        var reply = reply
        if endsConnections { reply.closesConnection = true }
        if let client = connection.client { begin(&reply, to: client) }
        return reply.send(of: row, on: connection, by: self)
    }

    /// A reply is about to be sent to a client.
    func begin(_ reply: inout Reply, to client: ClientConnection) {
        begin(reply.status, reply.count, to: client)
        if let held = reply.held.take() { client.replyHeld.takeOver(held) }
    }

    private func begin(_ status: UInt32, _ size: Int, to client: ClientConnection) {
        client.answer = Answer(status, bodySize: size)
        loop.clients.replyBegins(client, size: size, at: loop.now)
    }

    /// The reply to a body that is too large.
    func tooLarge() -> Reply { Self.tooLarge(options.maxBody) }

    private static func tooLarge(_ limit: Int) -> Reply {
        Reply(413, detail: "The request's body is larger than \(limit) bytes (--max-body)")
    }

    /// The reply to a body that there is no room for beside what is held.
    func noBudget() -> Reply {
        Reply(
            503,
            detail: "The bodies and results of all calls together are larger than "
                + "\(budget.limit) bytes (--max-buffered)")
    }
}
