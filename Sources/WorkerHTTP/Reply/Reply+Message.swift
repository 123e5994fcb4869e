internal import CMicroHTTPD
internal import WorkerJSON

extension Reply {
    /// The reply as a whole HTTP message that ends its connection.
    ///
    /// It is written to a socket where libmicrohttpd can write nothing, or nothing good.
    consuming func message() -> [UInt8] {
        let reason = unsafe MHD_get_reason_phrase_for(status).map { unsafe String(cString: $0) }
        let bytes = unsafe body.withUnsafeBytes { unsafe [UInt8]($0) }
        let head =
            "HTTP/1.1 \(status) \(reason ?? "")\r\nContent-Type: \(ContentType.json)\r\n"
            + "X-Content-Type-Options: nosniff\r\nConnection: close\r\n"
            + "Content-Length: \(bytes.count)\r\n\r\n"
        return Array(head.utf8) + bytes
    }
}
