package import WorkerCore

/// One row of the table of endpoints: what is answered at a path, and who answers.
package struct Endpoint: Sendable {
    /// Who answers a request.
    enum Answer: Sendable {
        /// The HTTP thread at once, from a snapshot: such a request costs no object of its own.
        case snapshot(@Sendable (Server) -> Reply)
        /// Likewise, by a response that is kept while it is true.
        case kept(@Sendable (Server) -> KeptResponse)
        /// The HTTP thread, for the id that the path names; without a reply, the one that completes the
        /// exchange, which waits for that.
        case exchange(@Sendable (Exchange, _ id: String) -> Reply?)
        /// The plugin, by a call.
        case call(CallKind)
    }

    /// What a client gets that shows no token where one is asked for.
    enum WithoutToken: Sendable {
        /// The same as others.
        case answer
        /// 401 with the page, which asks the user for the token: a browser cannot send it by itself.
        case page
        /// 401.
        case challenge
    }

    /// Decoded, from the slash on; where it ends with `{id}`, requests end with the id of a call.
    let path: String
    /// The methods that it answers; another row may answer others at the same path.
    let methods: Methods
    /// What becomes of a request's body.
    let body: BodyUse
    /// The type of what it answers with 200; errors are JSON whatever it is.
    let contentType: String
    /// What GET /openapi.json says of it: what it is for, and what it answers with 200.
    let summary: String
    let result: APISchema
    /// Who answers.
    let answer: Answer
    /// What is answered to a client without the token that is asked for.
    let withoutToken: WithoutToken
    /// The kind of the plugin's call; nil where the plugin is not asked.
    let kind: CallKind?
    /// Whether there is no answer before the plugin has been made.
    let needsPlugin: Bool
    /// Whether a malformed header of the worker's own is refused.
    let readsOwnHeaders: Bool
    /// Whether the HTTP thread answers at once.
    let isAtHand: Bool

    /// Makes a row; as it is made where nothing else is said, GET, and HEAD, of JSON.
    init(
        _ path: String, _ summary: String, _ result: APISchema, methods: Methods = .get,
        body: BodyUse = .ignored, as contentType: String = ContentType.json,
        needsPlugin: Bool = false, withoutToken: WithoutToken = .challenge, _ answer: Answer
    ) {
        self.withoutToken = withoutToken
        self.path = path
        self.methods = methods
        self.body = body
        self.contentType = contentType
        self.summary = summary
        self.result = result
        self.answer = answer
        (kind, isAtHand) =
            switch answer {
            case .snapshot, .kept: (nil, true)
            case .exchange: (nil, false)
            case .call(let kind): (kind, false)
            }
        self.needsPlugin = needsPlugin || kind != nil
        readsOwnHeaders = kind != nil || methods.contains(.post)
    }

    /// An endpoint that the plugin answers, by a call.
    package static func call(
        _ kind: CallKind, at path: String, _ methods: Methods = .post,
        summary: String = "An endpoint of the plugin's own", result: APISchema = .any,
        body: BodyUse, as contentType: String = ContentType.json
    ) -> Self {
        Self(
            path, summary, result, methods: methods, body: body, as: contentType, .call(kind))
    }
}

/// Types of what is sent.
package enum ContentType {
    /// One JSON value.
    package static let json = "application/json"
    /// A page.
    package static let html = "text/html; charset=utf-8"
    /// Metrics, as Prometheus reads them.
    package static let metrics = "text/plain; version=0.0.4; charset=utf-8"
    /// JSON values, each on a line of its own.
    package static let lines = "application/x-ndjson"
}
