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
        _ connection: Connection, _ url: UnsafePointer<CChar>, _ method: UnsafePointer<CChar>,
        _ version: UnsafePointer<CChar>,
        _ request: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    ) -> MHD_Result {
        let isVersion10 = unsafe strcmp(version, "HTTP/1.0") == 0
        let head = RequestHead(connection, isVersion10: isVersion10)
        if let violation = head.framing.violation {
            return refuseNow(Reply(400, detail: violation.description), connection)
        }
        if connection.client?.isExcess ?? false {
            return refuseNow(
                Reply(
                    503, detail: "There are more connections than are served (--max-connections)"),
                connection)
        }
        let target = unsafe fieldBytes(url, strlen(url))
        var plan = unsafe plan(head, target, fieldBytes(method, strlen(method)))
        if case .endpoint(let endpoint) = plan, !head.framing.declaresBody {
            if !endpoint.isPost {
                unsafe request.pointee = SnapshotTicket(endpoint).pointer
                return .YES
            }
            // A body that is ignored anyway may be missing: `curl -X POST` sends no length.
            if endpoint.body != .ignored {
                plan = .refuse(
                    status: 411, detail: "There is neither Content-Length nor a chunked body",
                    allow: nil, of: endpoint)
            }
        }
        switch plan {
        case .endpoint(let asked), .call(let asked, id: _):
            guard asked.isPost, let malformed = head.malformed else { break }
            plan = .refuse(status: 400, detail: "\(malformed)", allow: nil, of: asked)
        case .refuse: break
        }
        let exchange = Exchange(self, connection, plan, head)
        if let client = exchange.client { loop.clients.bodyBegins(client, at: loop.now) }
        if let length = head.contentLength {
            if length > options.maxBody, head.expectsContinue {
                return refuseNow(exchange.told(tooLarge()), connection)
            }
            if length <= options.maxBody {
                exchange.expect(length)
            } else {
                exchange.refuseLength(length)
            }
            if exchange.bodyProblem == .noBudget {
                return refuseNow(exchange.told(noBudget()), connection)
            }
        }
        unsafe request.pointee = Unmanaged.passRetained(exchange).toOpaque()
        return .YES
    }

    private func plan(
        _ head: RequestHead, _ target: UnsafeBufferPointer<UInt8>,
        _ method: UnsafeBufferPointer<UInt8>
    ) -> Exchange.Plan {
        let parts = unsafe RequestTarget(target.span)
        let names = unsafe target.span
        if let detail = accessProblem(head, authority: parts.authority, of: names) {
            return .refuse(status: 403, detail: detail, allow: nil)
        }
        switch unsafe Route(method: Method(method.span), path: names.extracting(parts.path)) {
        case .endpoint(let endpoint): return .endpoint(endpoint)
        case .call(let endpoint, let id): return .call(endpoint, id: id)
        case .methodNotAllowed(let endpoint):
            return .refuse(status: 405, detail: "Method Not Allowed", allow: endpoint.allow)
        case .notFound:
            return .refuse(status: 404, detail: "Not Found", allow: nil)
        }
    }

    /// Why the access policy refuses a request, if it does.
    private func accessProblem(
        _ head: RequestHead, authority: Range<Int>?, of target: Span<UInt8>
    ) -> String? {
        guard let policy = options.policy else { return nil }
        let isHostAllowed = unsafe head.host.map { unsafe policy.allowsHost($0.span) } ?? true
        guard isHostAllowed,
            authority.map({ policy.allowsHost(target.extracting($0)) }) ?? true
        else {
            return "The Host header names another machine (--allow-host)"
        }
        guard let origin = unsafe head.origin else { return nil }
        let isAllowed = unsafe !head.hasSeveralOrigins && policy.allowsOrigin(origin.span)
        return isAllowed ? nil : "The Origin header is not the worker's own (--allow-origin)"
    }

    private func refuseNow(_ reply: consuming Reply, _ connection: Connection) -> MHD_Result {
        var reply = reply
        reply.closesConnection = true
        return send(reply, on: connection)
    }
}
