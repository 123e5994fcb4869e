internal import CMicroHTTPD
internal import Synchronization
internal import WorkerCore
internal import WorkerJSON
internal import WorkerThreads

/// One request that has a body or waits for the plugin, from its header block to its reply.
///
/// Made on the HTTP thread and owned by its request (libmicrohttpd's `req_cls`) until that is
/// completed, and by the plugin call behind it until that has ended. What comes first under
/// "HTTP thread" is touched by no other; the plugin's side goes through `shared` and `pipe`.
@safe final class Exchange: @unchecked Sendable {
    /// What is to become of the request.
    enum Plan {
        /// The table's row of this number answers, for the call of this id if the path names one.
        case answer(Int, id: String?)
        /// A browser is told what a page of an admitted origin may ask: these methods.
        case preflight(Methods)
        /// An error is answered, when the body has been read and dropped; `of` is the row asked.
        case refuse(status: UInt32, detail: String, allow: String?, of: Int? = nil)
    }

    /// What the plugin's side leaves for the HTTP thread.
    enum Outcome: ~Copyable {
        /// Send this.
        case reply(Reply)
        /// The call of a stream has been taken in: send the header block.
        case stream
        /// End the connection: there is no client to answer any more.
        case drop
    }

    enum Progress {
        /// Its body is awaited.
        case receiving
        /// The request is complete, and its reply awaited.
        case dispatched
        /// A reply has been queued, or would have been if the server were not being stopped.
        case answered
    }

    struct Shared: ~Copyable {
        var outcome: Outcome?
        /// The connection is suspended, or about to be, until there is an outcome.
        var isWaiting = false
    }

    // HTTP thread.
    let server: Server
    let connection: Connection
    let plan: Plan
    /// The number of the table's row that was asked; nil where there is none.
    let row: Int?
    /// The kind of the plugin's call that was asked for; nil where the plugin is not asked.
    let kind: CallKind?
    let isVersion10: Bool
    /// Whether the answer is to have no body.
    var isHead = false
    /// Names the call, for /calls and logs; the worker's own number where the client gave none.
    let requestID: String
    /// When the header block was complete.
    let arrival: Moment
    /// Those of the request's headers that the plugin wants to see.
    let headers: [HeaderField]
    /// How long the client is willing to wait.
    private let timeout: TimeSpan?
    let client: ClientConnection?
    var body: IncomingBody
    var progress = Progress.receiving
    /// That of a stream, while libmicrohttpd has it.
    var response: OpaquePointer?
    var reader = StreamReader()

    // Any thread.
    let shared = Mutex(Shared())
    /// The client has gone away: no answer is wanted.
    let isAbandoned = Atomic<Bool>(false)
    /// The next one in the list of those that are to go on; the list's.
    var nextWoken: UInt = 0
    let pipe: StreamPipe?
    /// What it takes of the budget: of its body as much as has come, until the call has that; then
    /// the lines that are not sent yet.
    let held: Holding

    init(_ server: Server, _ connection: Connection, _ plan: Plan, _ head: RequestHead) {
        self.server = server
        self.connection = connection
        self.plan = plan
        held = Holding(of: server.budget)
        isVersion10 = head.framing.isVersion10
        requestID = head.callName?.text ?? server.nextRequestID()
        arrival = server.loop.now
        timeout = head.timeout?.time
        headers = head.named
        client = connection.client
        row =
            switch plan {
            case .answer(let row, id: _): row
            case .refuse(_, _, _, of: let row): row
            case .preflight: nil
            }
        kind = row.flatMap { server.endpoints[$0].kind }
        let answering: Int? = if case .answer(let row, id: _) = plan { row } else { nil }
        body = IncomingBody(
            limit: server.options.maxBody,
            isWanted: answering.map { server.endpoints[$0].body != .ignored } ?? false)
        let isStream = answering != nil && kind == .stream
        pipe = isStream ? StreamPipe(limit: server.options.streamBuffer) : nil
    }

    /// The client says how long the body will be; on the HTTP thread.
    func declare(_ length: Int) { _ = follow(body.declare(length, in: server.budget)) }

    /// Takes in a part of the body; on the HTTP thread.
    ///
    /// - Returns: false where the connection is to be closed.
    func receive(_ part: UnsafeRawBufferPointer) -> Bool {
        client?.isAsked = false
        return unsafe follow(body.receive(part, held: held))
    }

    private func follow(_ action: IncomingBody.Action) -> Bool {
        if action == .tell || action == .tellAndClose {
            _ = told(server.tooLarge())
            client?.tell(server.tooLargeReply)
        }
        return action == .goOn || action == .tell
    }

    /// Whether there are trailers behind the body.
    ///
    /// Where they end is not to be seen, and libmicrohttpd 0.9.75 may be wrong about it: what it
    /// would take for the next request is not read.
    var hasTrailers: Bool { client?.phase == .chunkedRequest && connection.hasTrailers }

    /// When the call is given up: the earlier of the client's and the worker's own limit.
    var deadline: Moment? {
        switch (timeout, server.options.callTimeout) {
        case (nil, nil): nil
        case (let limit?, nil), (nil, let limit?): arrival + limit
        case (let own?, let general?): arrival + min(own, general)
        }
    }

    /// Leaves what the HTTP thread is to do, and wakes it; the first to come decides.
    ///
    /// Any thread.
    func complete(_ outcome: consuming Outcome) {
        var pending = Optional(outcome)
        let mustWake = shared.withLock { shared in
            guard shared.outcome == nil else { return false }
            shared.outcome = pending.take()
            return exchange(&shared.isWaiting, false)
        }
        if mustWake { server.loop.wake(self) }
    }
}
