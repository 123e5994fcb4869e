internal import CMicroHTTPD
private import Glibc
internal import WorkerJSON

extension Reply {
    /// The reply, which ends its connection, as a whole HTTP message; nil without memory.
    ///
    /// For headers that the connection's memory in libmicrohttpd has no room for.
    func message(
        of row: Int?, on connection: Connection, by server: Server, isToHead: Bool
    ) -> [UInt8]? {
        let response = unsafe MHD_create_response_from_buffer(0, nil, .RESPMEM_PERSISTENT)
        guard let response = unsafe response else { return nil }
        defer { unsafe MHD_destroy_response(response) }
        unsafe Fields(self, server.contentType(status, of: row))
            .add(to: response, for: connection, by: server)
        var text = Array(Self.statusLine(status).utf8)
        unsafe withUnsafeMutablePointer(to: &text) { text in
            _ = unsafe MHD_get_response_headers(
                response,
                { context, _, name, value in
                    guard let context = unsafe context, let name = unsafe name else { return .YES }
                    let text = unsafe context.assumingMemoryBound(to: [UInt8].self)
                    let line = unsafe "\(String(cString: name)): "
                    unsafe text.pointee.append(contentsOf: line.utf8)
                    // As it is: it may have other bytes than those of UTF-8.
                    if let value = unsafe value {
                        unsafe text.pointee.append(
                            contentsOf: UnsafeRawBufferPointer(start: value, count: strlen(value)))
                    }
                    unsafe text.pointee.append(contentsOf: "\r\n".utf8)
                    return .YES
                }, UnsafeMutableRawPointer(text))
        }
        let hasBody = status != 204 && status != 304
        text += (hasBody ? "Content-Length: \(count)\r\n\r\n" : "\r\n").utf8
        guard hasBody, !isToHead else { return text }
        if let shared {
            unsafe shared.bytes.withUnsafeBytes { unsafe text.append(contentsOf: $0) }
        } else {
            unsafe body.withUnsafeBytes { unsafe text.append(contentsOf: $0) }
        }
        return text
    }

    private static func statusLine(_ status: UInt32) -> String {
        let reason = unsafe MHD_get_reason_phrase_for(status).map { unsafe String(cString: $0) }
        return "HTTP/1.1 \(status) \(reason ?? "")\r\n"
    }

    /// The reply as a whole HTTP message that ends its connection.
    ///
    /// It is written to a socket where libmicrohttpd can write nothing, or nothing good.
    consuming func message() -> Message {
        let bytes = unsafe body.withUnsafeBytes { unsafe [UInt8]($0) }
        let head =
            Self.statusLine(status) + "Content-Type: \(ContentType.json)\r\n"
            + "X-Content-Type-Options: nosniff\r\nConnection: close\r\n"
            + "Content-Length: \(bytes.count)\r\n\r\n"
        return Message(
            bytes: Array(head.utf8) + bytes,
            answer: Answer(status, bodySize: bytes.count, isPast: true))
    }
}

/// A whole HTTP message, which ends its connection.
struct Message: Sendable {
    let bytes: [UInt8]
    /// What it answers.
    var answer: Answer
}
