internal import CMicroHTTPD
internal import WorkerCore

/// What answers tell browsers.
extension Server {
    /// Whether answers depend on the page that asks, as some origins are admitted.
    var answersOrigins: Bool { options.policy?.admitsOrigins ?? false }

    /// Adds what every answer says, and what a page of an admitted origin needs to read it (CORS).
    func addCommonHeaders(to response: OpaquePointer, for connection: Connection) {
        unsafe MHD_add_response_header(response, "X-Content-Type-Options", "nosniff")
        guard answersOrigins, let policy = options.policy else { return }
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
}

/// Adds what a page of an admitted origin may ask at a path, and for how long that holds.
func addPreflight(_ methods: Methods, to response: OpaquePointer) {
    unsafe MHD_add_response_header(response, "Access-Control-Allow-Methods", methods.allow)
    unsafe MHD_add_response_header(
        response, "Access-Control-Allow-Headers", "Content-Type, X-Request-Id, X-Timeout")
    unsafe MHD_add_response_header(response, "Access-Control-Max-Age", "600")
}
