internal import CMicroHTTPD
private import Glibc
internal import Synchronization
internal import WorkerCore

/// The first look at a request: its header block; on the HTTP thread.
extension Server {
    /// Decides what becomes of a request, before any of its body is read.
    ///
    /// A reply queued here ends the connection, as libmicrohttpd does not read the body then; so
    /// only what must end it is answered here.
    func begin(
        _ connection: Connection, _ line: RequestLine, _ url: UnsafePointer<CChar>,
        _ method: UnsafePointer<CChar>, _ version: UnsafePointer<CChar>,
        _ request: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    ) -> MHD_Result {
        let client = connection.client
        if let client, let row = unsafe client.known?.row(for: line, of: connection, at: method) {
            client.phase = .request
            unsafe request.pointee = SnapshotTicket(row).pointer
            return .YES
        }
        let head = unsafe RequestHead(
            connection, line, method: method, target: url, version: version,
            memory: options.connectionMemory - answerMemory, wanted: headerNames)
        client?.phase = head.framing.transferEncodings > 0 ? .chunkedRequest : .request
        let asked = unsafe Method(fieldBytes(method, strlen(method)).span)
        client?.access?.begin(asked, id: head.callID?.text, head.trace, at: loop.now)
        if let violation = head.framing.violation {
            service.requestRefused(violation.status, violation.description)
            let reply = Reply(violation.status, detail: violation.description)
            // Where the block is too large, there is no memory left to answer through libmicrohttpd.
            guard violation == .tooLarge, let client else { return refuseNow(reply, connection) }
            client.tell(reply.message())
            return .NO
        }
        if client?.isExcess ?? false {
            return refuseNow(
                Reply(
                    503, detail: "There are more connections than are served (--max-connections)"),
                connection)
        }
        let target = unsafe fieldBytes(url, strlen(url))
        var plan = unsafe plan(connection, head, target, asked)
        switch plan {
        case .answer(let row, id: _): client?.access?.row = row
        case .refuse(403, let detail, _, of: _): service.requestRefused(403, detail)
        case .challenge(let refusal, page: _): service.requestRefused(401, refusal.detail)
        case .refuse, .preflight: break
        }
        if !(client?.isAdmitted ?? true), let refusal = plan.refusal {
            return refuseNow(refusal, connection)
        }
        if isEarly, mustWait(plan), let client {
            // It comes here again when it is let go on.
            if client.isGone { return .NO }
            // HTTP/1.0 has no interim answers.
            let isTold = !head.framing.isVersion10
            if loop.hold(client, atMost: options.mostHeld, isTold: isTold) { return .YES }
            return refuseNow(.refused(.full), connection)
        }
        if case .answer(let row, id: _) = plan, !head.framing.declaresBody {
            if endpoints[row].isAtHand, !head.hasForeignExpectation {
                unsafe request.pointee = SnapshotTicket(row).pointer
                // A log wants to know of each request, and tokens change. One is kept for a connection: clients
                // that ask for several things in turn would have one made for each request.
                if let client, !client.isFresh, client.known == nil, client.access == nil,
                    options.tokens == nil
                {
                    unsafe client.known = KnownHead(line, of: connection, at: method, row: row)
                }
                return .YES
            }
            // A body that is ignored anyway may be missing: `curl -X POST` sends no length.
            if endpoints[row].body.isRequired {
                plan = .refuse(
                    status: 411, detail: "There is neither Content-Length nor a chunked body",
                    allow: nil, of: row)
            }
        }
        if let refusal = refusal(of: plan, head) { plan = refusal }
        let exchange = Exchange(
            self, connection,
            Request(
                plan, in: endpoints, isVersion10: head.framing.isVersion10,
                isHead: asked == .head,
                id: head.callID?.text ?? nextRequestID(), arrival: loop.now, headers: head.named,
                trace: head.trace, timeout: head.timeout?.time))
        client?.access?.id = exchange.request.id
        if head.expectsContinue, var reply = plan.refusal {
            // Said now, so that the client does not send its body for nothing.
            reply.requestID = exchange.request.id
            return refuseNow(exchange.told(reply), connection)
        }
        if let client = exchange.client { loop.clients.bodyBegins(client, at: loop.now) }
        if let length = head.contentLength {
            if length > options.maxBody, head.expectsContinue {
                return refuseNow(exchange.told(tooLarge()), connection)
            }
            exchange.declare(length)
            if exchange.body.problem == .noBudget {
                return refuseNow(exchange.told(noBudget()), connection)
            }
        }
        unsafe request.pointee = Unmanaged.passRetained(exchange).toOpaque()
        return .YES
    }

    /// Whether a request is for the plugin, or may be: for an endpoint that it has yet to declare.
    private func mustWait(_ plan: Request.Plan) -> Bool {
        switch plan {
        case .answer(let row, id: _): endpoints[row].needsPlugin
        case .refuse(let status, _, _, _): status == 404
        case .preflight, .challenge: false
        }
    }

    /// Memory of a connection that is left for the header block of an answer, and for the parts of a
    /// body that arrives.
    private var answerMemory: Int { min(2 << 10, options.connectionMemory / 2) }

    /// Why the headers have a request refused that its method and path would not, if they do.
    private func refusal(of plan: Request.Plan, _ head: RequestHead) -> Request.Plan? {
        guard case .answer(let row, id: _) = plan else { return nil }
        if head.hasForeignExpectation {
            return .refuse(
                status: 417, detail: "Expect is other than '100-continue'", allow: nil, of: row)
        }
        if head.hasContentCoding, endpoints[row].body != .ignored {
            return .refuse(
                status: 415, detail: "Content-Encoding is other than 'identity'", allow: nil,
                of: row)
        }
        guard let malformed = head.malformed, endpoints[row].readsOwnHeaders else { return nil }
        return .refuse(status: 400, detail: malformed, allow: nil, of: row)
    }

    private func plan(
        _ connection: Connection, _ head: RequestHead, _ target: UnsafeBufferPointer<UInt8>,
        _ method: Method
    ) -> Request.Plan {
        let client = connection.client
        let policy = policy(of: client)
        let parts = unsafe RequestTarget(target.span)
        let names = unsafe target.span
        let problem = policy.flatMap { policy in
            policy.problem(head, method, authority: parts.authority, of: names) {
                connection.localAddress
            }
        }
        if let problem { return .refuse(status: 403, detail: problem, allow: nil) }
        guard client?.isAdmitted ?? true else {
            return .refuse(
                status: 403,
                detail:
                    "The user behind the connection is not admitted, or not known (--allow-user)",
                allow: nil)
        }
        let route = endpoints.route(method, names.extracting(parts.path))
        let isPreflight =
            method == .options && head.asksForMethod && policy?.admits(head) ?? false
        // A Unix socket has no policy, and no tokens.
        if policy != nil, let tokens = options.tokens {
            // A browser asks this without the token that its page has. It learns of no route.
            if isPreflight { return .preflight([.get, .post]) }
            var withoutToken = Endpoint.WithoutToken.challenge
            if case .row(let row, id: _) = route { withoutToken = endpoints[row].withoutToken }
            if withoutToken != .answer, let refusal = tokens.refusal(head) {
                return .challenge(refusal, page: withoutToken == .page)
            }
        }
        switch route {
        case .row(let row, let id): return .answer(row, id: id)
        case .methodNotAllowed(let methods) where isPreflight: return .preflight(methods)
        case .methodNotAllowed(let methods):
            return .refuse(status: 405, detail: "Method Not Allowed", allow: methods.allow)
        case .notFound:
            return .refuse(status: 404, detail: "Not Found", allow: nil)
        }
    }

    private func refuseNow(_ reply: consuming Reply, _ connection: Connection) -> MHD_Result {
        var reply = reply
        reply.closesConnection = true
        return send(reply, on: connection)
    }
}

extension AccessPolicy {
    /// Why it refuses a request, if it does.
    fileprivate func problem(
        _ head: RequestHead, _ method: Method, authority: Range<Int>?, of target: Span<UInt8>,
        local: () -> IPAddress?
    ) -> String? {
        let isHostAllowed =
            unsafe head.host.map { unsafe allowsHost($0.span, local: local) } ?? true
        guard isHostAllowed,
            authority.map({ allowsHost(target.extracting($0), local: local) }) ?? true
        else {
            return "The Host header names another machine (--allow-host)"
        }
        guard let origin = unsafe head.origin else {
            return head.fetch.isForeign(method)
                ? "The request comes from a page of another site (Sec-Fetch-Site)" : nil
        }
        let isAllowed = unsafe !head.hasSeveralOrigins && allowsOrigin(origin.span, local: local)
        return isAllowed ? nil : "The Origin header is not the worker's own (--allow-origin)"
    }

    /// Whether a request comes from a page of an origin that was allowed beside the worker's own.
    fileprivate func admits(_ head: RequestHead) -> Bool {
        guard let origin = unsafe head.origin else { return false }
        return unsafe admitsOrigin(origin.span)
    }
}
