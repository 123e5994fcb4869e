internal import CMicroHTTPD
internal import WorkerJSON

/// A response of libmicrohttpd's that is sent to one client after the other, while its text is true.
///
/// It saves each of them a copy of the text and of its headers. On the HTTP thread only.
@safe final class KeptResponse: @unchecked Sendable {
    /// What it says, for replies that need headers of their own.
    let text: SharedText
    /// Made when it is queued first.
    private var response: OpaquePointer?

    /// Makes the response of a text.
    init(_ text: SharedText) { self.text = text }

    deinit { if let response = unsafe response { unsafe MHD_destroy_response(response) } }

    /// Queues it on a connection; the corresponding C function is `MHD_queue_response`.
    ///
    /// The type of its content is always the same.
    func queue(on connection: Connection, as contentType: @autoclosure () -> String) -> MHD_Result {
        if unsafe response == nil { unsafe response = make(contentType()) }
        guard let response = unsafe response else { return .NO }
        return unsafe MHD_queue_response(connection.pointer, 200, response)
    }

    /// The response, with the headers that all have.
    private func make(_ contentType: String) -> OpaquePointer? {
        guard let response = unsafe Reply.response(ByteBuffer(), text) else { return nil }
        unsafe addHeader("Content-Type", contentType, to: response)
        unsafe MHD_add_response_header(response, "X-Content-Type-Options", "nosniff")
        return unsafe response
    }
}
