internal import CMicroHTTPD
internal import Synchronization
internal import WorkerCore
internal import WorkerJSON
internal import WorkerThreads

/// One request that has a body or waits for the plugin, from its header block to its reply.
///
/// Made on the HTTP thread and owned by its request (libmicrohttpd's `req_cls`) until that is
/// completed, and by the plugin call behind it until that has ended. The plugin's side goes through
/// `pending` and `pipe`.
@safe final class Exchange: @unchecked Sendable {
    /// How far it has come.
    enum Stage {
        /// Its body is awaited.
        case receiving
        /// The request is complete, and its reply awaited.
        case dispatched
        /// A reply has been queued, or would have been if the server were not being stopped.
        case answered
    }

    // Never changes.
    let server: Server
    let connection: Connection
    let client: ClientConnection?
    let request: Request

    // HTTP thread.
    var body: IncomingBody
    var stage = Stage.receiving
    var reader = StreamReader()

    // Any thread.
    let pending = Mutex(PendingStep())
    let pipe: StreamPipe?
    /// The client has gone away: no answer is wanted.
    let isAbandoned = Atomic<Bool>(false)
    /// When the plugin began to work for it, in nanoseconds; 0 before.
    let start = Atomic<UInt64>(0)
    /// The status that a failed stream would have had, written before its end is.
    let streamStatus = Atomic<UInt32>(200)
    /// The next one in the list of those that are to go on; the list's.
    var nextWoken: UInt = 0
    /// What it takes of the budget: of its body as much as has come, until the call has that; then
    /// the lines that are not sent yet.
    let held: Holding

    init(_ server: Server, _ connection: Connection, _ request: consuming Request) {
        self.server = server
        self.connection = connection
        client = connection.client
        held = Holding(of: server.budget)
        body = IncomingBody(
            limit: server.options.maxBody, isWanted: request.bodyUse != .ignored)
        pipe = request.isForStream ? StreamPipe(limit: server.options.streamBuffer) : nil
        self.request = request
    }

    /// The client says how long the body will be; on the HTTP thread.
    func declare(_ length: Int) { _ = follow(body.declare(length, in: server.budget)) }

    /// Takes in a part of the body; on the HTTP thread.
    ///
    /// - Returns: false where the connection is to be closed.
    func receive(_ part: UnsafeRawBufferPointer) -> Bool {
        unsafe follow(body.receive(part, held: held))
    }

    /// Whether a part of the body stays where it is for now; on the HTTP thread.
    func leaves(_ count: Int) -> Bool {
        client?.isAsked = false
        return body.leaves(count)
    }

    private func follow(_ action: IncomingBody.Action) -> Bool {
        if action == .tell || action == .tellAndClose { tellOfOverrun() }
        return action == .goOn || action == .tell
    }

    /// Answers, past libmicrohttpd, a request whose body is far too large.
    ///
    /// What its header block was refused for comes first.
    private func tellOfOverrun() {
        guard let refusal = request.plan.refusal else {
            _ = told(server.tooLarge())
            client?.tell(server.tooLargeReply)
            return
        }
        var reply = told(refusal)
        reply.requestID = request.id
        reply.closesConnection = true
        let bytes = reply.message(
            of: request.row, on: connection, by: server, isToHead: request.isHead)
        guard let bytes else { return }
        let answer = Answer(reply.status, bodySize: reply.count, isPast: true)
        client?.tell(Message(bytes: bytes, answer: answer))
    }

    /// Whether there are trailers behind the body.
    ///
    /// Where they end is not to be seen, and libmicrohttpd 0.9.75 may be wrong about it: what it
    /// would take for the next request is not read.
    var hasTrailers: Bool { client?.phase == .chunkedRequest && connection.hasTrailers }

    /// Leaves what the HTTP thread does next, and wakes it; the first to come decides.
    ///
    /// Any thread.
    func complete(_ step: consuming NextStep) {
        var step = Optional(step)
        if pending.withLock({ $0.leave(&step) }) { server.loop.wake(self) }
    }
}
