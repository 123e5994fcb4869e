internal import CMicroHTTPD
internal import WorkerCore

/// A connection of libmicrohttpd's; valid while a request of it is under way.
@safe struct Connection: @unchecked Sendable {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { unsafe self.pointer = pointer }

    /// Takes it out of the HTTP thread's loop; on that thread.
    ///
    /// The corresponding C function is `MHD_suspend_connection`.
    func suspend() { unsafe MHD_suspend_connection(pointer) }

    /// Puts it back into the loop.
    ///
    /// Any thread, once for each suspend, after that has returned.
    ///
    /// The corresponding C function is `MHD_resume_connection`.
    func resume() { unsafe MHD_resume_connection(pointer) }

    /// Has libmicrohttpd close it when nothing has been read or written for so long; at least 1.
    ///
    /// In whatever state it is, but while it is suspended. On the HTTP thread. The corresponding C
    /// function is `MHD_set_connection_option`.
    func limitIdleTime(seconds: UInt32) { unsafe uw_mhd_limit_idle_time(pointer, seconds) }

    /// Queues a response for its request, and gives up the caller's reference to it.
    ///
    /// The corresponding C function is `MHD_queue_response`.
    func queue(_ status: UInt32, _ response: OpaquePointer) -> MHD_Result {
        defer { unsafe MHD_destroy_response(response) }
        return unsafe MHD_queue_response(pointer, status, response)
    }

    /// Its client, as `connectionChanged` stored it; nil where it is not watched.
    var client: ClientConnection? {
        guard let stored = unsafe uw_mhd_socket_context(pointer) else { return nil }
        return unsafe Unmanaged<ClientConnection>.fromOpaque(stored).takeUnretainedValue()
    }

    /// Its socket, which stays libmicrohttpd's; nil if there is none any more.
    var socket: Int32? {
        let descriptor = unsafe uw_mhd_socket(pointer)
        return descriptor >= 0 ? descriptor : nil
    }

    /// The address that its client has connected to; nil on a Unix socket.
    ///
    /// On the HTTP thread; costs a system call. The corresponding C function is `getsockname`.
    var localAddress: IPAddress? {
        guard let socket else { return nil }
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = unsafe uw_local_address(socket, &bytes)
        return IPAddress(bytes: Array(bytes[..<Int(count)]))
    }

    /// Whether it came by a Unix socket, and not over TCP.
    var isUnix: Bool { unsafe uw_mhd_is_unix(pointer) != 0 }

    /// Who is at its other end, as text: `127.0.0.1:50312` or `[::1]:50312` over TCP, and by a Unix socket
    /// `uid=1000,pid=4321`, of the process that connected.
    ///
    /// On the HTTP thread; costs a system call by a Unix socket.
    var peer: String {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(UW_PEER_SIZE)) { text in
            guard let start = text.baseAddress else { return "" }
            unsafe uw_mhd_peer(pointer, start)
            return unsafe String(cString: start)
        }
    }

    /// The length of its request's header block with the last empty line; 0 before that has come.
    var headerSize: Int { unsafe uw_mhd_header_size(pointer) }

    /// How many fields its request's header block has, one of ours included.
    var fieldCount: Int32 { unsafe MHD_get_connection_values_n(pointer, .HEADER_KIND, nil, nil) }

    /// Whether there are trailers behind its request's chunked body.
    var hasTrailers: Bool {
        unsafe MHD_get_connection_values_n(pointer, .FOOTER_KIND, nil, nil) > 0
    }

    /// The value of its request's Origin header, if there is one; valid as long as the request is.
    var origin: UnsafeBufferPointer<UInt8>? {
        var value: UnsafePointer<CChar>?
        var length = 0
        let isThere = unsafe MHD_lookup_connection_value_n(
            pointer, .HEADER_KIND, "Origin", 6, &value, &length)
        return isThere == .YES ? unsafe fieldBytes(value, length) : nil
    }
}
