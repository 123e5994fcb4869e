internal import CMicroHTTPD
internal import WorkerJSON

/// A response of libmicrohttpd's that is sent to one client after the other, while its text is true.
///
/// It saves each of them a copy of the text and of its headers. On the HTTP thread only.
@safe final class KeptResponse: @unchecked Sendable {
    /// What it says, for replies that need headers of their own.
    let text: SharedText
    private let response: OpaquePointer?

    /// Makes the response of a text, with the headers that all have.
    init(_ text: SharedText) {
        self.text = text
        unsafe response = Reply.response(ByteBuffer(), text)
        guard let response = unsafe response else { return }
        unsafe MHD_add_response_header(response, "Content-Type", "application/json")
        unsafe MHD_add_response_header(response, "X-Content-Type-Options", "nosniff")
    }

    deinit { if let response = unsafe response { unsafe MHD_destroy_response(response) } }

    /// Queues it on a connection; the corresponding C function is `MHD_queue_response`.
    func queue(on connection: Connection) -> MHD_Result {
        guard let response = unsafe response else { return .NO }
        return unsafe MHD_queue_response(connection.pointer, 200, response)
    }
}
