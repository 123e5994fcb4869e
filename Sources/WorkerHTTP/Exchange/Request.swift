internal import WorkerCore

/// A request that has an exchange: what its header block says, and what is to become of it.
///
/// A value that never changes, for any thread.
struct Request {
    /// What is to become of a request.
    enum Plan {
        /// The table's row of this number answers, for the call of this id if the path names one.
        case answer(Int, id: String?)
        /// A browser is told what a page of an admitted origin may ask: these methods.
        case preflight(Methods)
        /// An error is answered, when the body has been read and dropped; `of` is the row asked.
        case refuse(status: UInt32, detail: String, allow: String?, of: Int? = nil)
        /// A token is asked for, likewise; of a browser by the page.
        case challenge(BearerTokens.Refusal, page: Bool)

        /// What is answered if the request is refused; nil where it is not.
        var refusal: Reply? {
            switch self {
            case .answer, .preflight: return nil
            case .refuse(let status, let detail, let allow, of: _):
                var reply = Reply(status, detail: detail)
                reply.allow = allow
                return reply
            case .challenge(let refusal, page: true): return .page(asking: refusal)
            case .challenge(let refusal, page: false):
                var reply = Reply(401, detail: refusal.detail)
                reply.headers = [.challenge(refusal)]
                return reply
            }
        }
    }

    let plan: Plan
    /// The number of the table's row that was asked; nil where there is none.
    let row: Int?
    /// The kind of the plugin's call that was asked for; nil where the plugin is not asked.
    let kind: CallKind?
    /// What becomes of the body; one that is refused is ignored.
    let bodyUse: BodyUse
    /// Whether it is to be answered with a stream.
    let isForStream: Bool
    let isVersion10: Bool
    /// Whether the answer is to have no body.
    let isHead: Bool
    /// Names the call, for /calls and logs; the worker's own number where the client gave none.
    let id: String
    /// When the header block was complete.
    let arrival: Moment
    /// Those of its headers that the plugin wants to see.
    let headers: [HeaderField]
    /// Where it belongs in a trace, if it says so.
    let trace: TraceParent?
    /// How long the client is willing to wait.
    private let timeout: TimeSpan?

    init(
        _ plan: Plan, in table: EndpointTable, isVersion10: Bool = false, isHead: Bool = false,
        id: String, arrival: Moment, headers: [HeaderField] = [],
        trace: TraceParent? = nil, timeout: TimeSpan? = nil
    ) {
        self.plan = plan
        self.isVersion10 = isVersion10
        self.isHead = isHead
        self.id = id
        self.arrival = arrival
        self.headers = headers
        self.trace = trace
        self.timeout = timeout
        switch plan {
        case .answer(let row, id: _):
            self.row = row
            kind = table[row].kind
            bodyUse = table[row].body
            isForStream = kind == .stream
        case .refuse(_, _, _, of: let row):
            self.row = row
            kind = row.flatMap { table[$0].kind }
            bodyUse = .ignored
            isForStream = false
        case .preflight, .challenge:
            row = nil
            kind = nil
            bodyUse = .ignored
            isForStream = false
        }
    }

    /// When its call is given up: the earlier of the client's and the worker's own limit.
    func deadline(within limit: TimeSpan?) -> Moment? {
        switch (timeout, limit) {
        case (nil, nil): nil
        case (let limit?, nil), (nil, let limit?): arrival + limit
        case (let own?, let general?): arrival + min(own, general)
        }
    }
}
