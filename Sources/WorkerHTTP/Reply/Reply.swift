internal import WorkerCore
internal import WorkerJSON
internal import WorkerThreads

/// What is sent back in one piece.
struct Reply: ~Copyable, Sendable {
    /// The HTTP status.
    let status: UInt32
    /// The body's text; empty where it is shared.
    let body: ByteBuffer
    /// The body's text, of which no copy is made, however many clients read it.
    let shared: SharedText?
    /// What an error reply says, as plain text.
    let detail: String?
    /// The methods that a 405 allows.
    var allow: String?
    /// The methods of what a browser asks about, which wants to know what a page may do.
    var preflight: Methods?
    /// Headers that the plugin has added.
    var headers: [HeaderField] = []
    /// What those take of a message, in bytes.
    var headersLength: Int { headers.reduce(0) { $0 + $1.length } }
    /// The type of the body, if it is not that of the row asked.
    var contentType: String?
    /// The id of the request that it answers, if it has one.
    var requestID: String?
    /// What it takes of the budget, if that is counted.
    var held: Holding?
    /// Whether the connection ends with this reply.
    var closesConnection = false

    init(_ status: UInt32, _ body: consuming ByteBuffer, detail: String? = nil) {
        self.status = status
        self.body = body
        self.detail = detail
        shared = nil
    }

    /// A reply of a text that others read too.
    init(_ status: UInt32 = 200, shared: SharedText) {
        self.status = status
        body = ByteBuffer()
        detail = nil
        self.shared = shared
    }

    /// How long the body is.
    var count: Int { shared?.bytes.count ?? body.count }

    /// A reply of the form `{"detail": …}`.
    init(_ status: UInt32, detail: String) {
        self.init(
            status, ByteBuffer(object: "{\"detail\":", endingWith: detail), detail: detail)
    }

    /// A reply of the form `{"status": …}`.
    init(statusText: StaticString) {
        var body = ByteBuffer()
        body.append("{\"status\":\"")
        body.append(statusText)
        body.append("\"}")
        self.init(200, body)
    }

    /// The reply to a browser that asks what a page may do.
    static func preflight(_ methods: Methods) -> Reply {
        var reply = Reply(204, ByteBuffer())
        reply.preflight = methods
        return reply
    }

    /// Whether the client is told when to try again.
    var isTemporary: Bool { status == 503 }
}
