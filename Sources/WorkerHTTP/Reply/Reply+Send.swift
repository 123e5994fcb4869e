internal import CMicroHTTPD
private import Glibc
internal import WorkerCore
internal import WorkerJSON

extension Reply {
    /// Queues the reply on its connection, which owns the body from then on.
    ///
    /// On the HTTP thread.
    consuming func send(
        of row: Int?, on connection: Connection, by server: Server
    ) -> MHD_Result {
        let (status, fields) = (status, Fields(self, server.contentType(status, of: row)))
        guard let response = unsafe Self.response(body, shared) else { return .NO }
        unsafe fields.add(to: response, for: connection, by: server)
        return unsafe connection.queue(status, response)
    }

    /// What the header block of a reply says, beside the length of the body.
    struct Fields {
        private let contentType: String?
        private let (isTemporary, closesConnection): (Bool, Bool)
        private let (allow, requestID): (String?, String?)
        private let preflight: Methods?
        private let headers: [HeaderField]

        /// Those of a reply, whose content is of a type unless it says another.
        init(_ reply: borrowing Reply, _ contentType: String) {
            self.contentType = reply.status == 204 ? nil : reply.contentType ?? contentType
            (isTemporary, closesConnection) = (reply.isTemporary, reply.closesConnection)
            (allow, requestID) = (reply.allow, reply.requestID)
            preflight = reply.preflight
            headers = reply.headers
        }

        /// Adds them to a response; on the HTTP thread.
        func add(to response: OpaquePointer, for connection: Connection, by server: Server) {
            if let contentType { unsafe addHeader("Content-Type", contentType, to: response) }
            unsafe server.addCommonHeaders(to: response, for: connection)
            if let preflight { unsafe server.addPreflight(preflight, to: response) }
            if isTemporary { unsafe MHD_add_response_header(response, "Retry-After", "1") }
            if let allow { unsafe MHD_add_response_header(response, "Allow", allow) }
            for header in headers {
                unsafe MHD_add_response_header(response, header.name, header.value)
            }
            if let requestID { unsafe addHeader("X-Request-Id", requestID, to: response) }
            if closesConnection { unsafe MHD_add_response_header(response, "Connection", "close") }
        }
    }

    /// A response of libmicrohttpd's, which frees the body, or lets go of it, when it has been sent.
    static func response(
        _ body: consuming ByteBuffer, _ shared: SharedText?
    ) -> OpaquePointer? {
        if let shared {
            return unsafe shared.bytes.withUnsafeBytes { bytes in
                let owner = unsafe Unmanaged.passRetained(shared)
                let response =
                    unsafe MHD_create_response_from_buffer_with_free_callback_cls(
                        bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress),
                        letGo(of:),
                        owner.toOpaque())
                if unsafe response == nil { unsafe owner.release() }
                return unsafe response
            }
        }
        let (bytes, count) = unsafe body.release()
        let response = unsafe MHD_create_response_from_buffer(count, bytes, .RESPMEM_MUST_FREE)
        if unsafe response == nil { unsafe free(bytes) }
        return unsafe response
    }
}

/// Adds a header whose value is no literal.
func addHeader(_ name: UnsafePointer<CChar>, _ value: String, to response: OpaquePointer) {
    // Not passed as it is: a string that is no literal would be copied to the heap first.
    _ = unsafe value.withCString { unsafe MHD_add_response_header(response, name, $0) }
}

private func letGo(of text: UnsafeMutableRawPointer?) {
    if let text = unsafe text { unsafe Unmanaged<SharedText>.fromOpaque(text).release() }
}

/// What answers tell browsers.
extension Server {
    /// What decides how the answers on a connection depend on the page that asks; nil where they do not.
    func originPolicy(of connection: Connection) -> AccessPolicy? {
        options.policy.admitsOrigins ? policy(of: connection.client) : nil
    }

    /// Adds what every answer says, and what a page of an admitted origin needs to read it (CORS).
    func addCommonHeaders(to response: OpaquePointer, for connection: Connection) {
        unsafe MHD_add_response_header(response, "X-Content-Type-Options", "nosniff")
        guard let policy = originPolicy(of: connection) else { return }
        unsafe MHD_add_response_header(response, "Vary", "Origin")
        guard let bytes = unsafe connection.origin else { return }
        let origin = unsafe UnsafeBufferPointer(
            rebasing: bytes[..<bytes.span.countWithoutBlankEnd])
        guard unsafe policy.admitsOrigin(origin.span) else { return }
        let text = unsafe String(decoding: origin, as: UTF8.self)
        unsafe MHD_add_response_header(response, "Access-Control-Allow-Origin", text)
        unsafe MHD_add_response_header(
            response, "Access-Control-Expose-Headers", "X-Request-Id, X-Stream-End, Retry-After")
    }

    /// Adds what a page of an admitted origin may ask at a path, and for how long that holds.
    func addPreflight(_ methods: Methods, to response: OpaquePointer) {
        let headers = "Content-Type, X-Request-Id, X-Timeout"
        unsafe MHD_add_response_header(response, "Access-Control-Allow-Methods", methods.allow)
        unsafe MHD_add_response_header(
            response, "Access-Control-Allow-Headers",
            options.tokens == nil ? headers : "Authorization, \(headers)")
        unsafe MHD_add_response_header(response, "Access-Control-Max-Age", "600")
    }
}
