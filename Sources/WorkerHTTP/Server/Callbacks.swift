internal import CMicroHTTPD
private import Glibc
internal import WorkerCore

// What libmicrohttpd calls, on the HTTP thread: each recovers its object and calls one method.
//
// `req_cls` is a `RequestLine` before a request's first call. It then is an exchange, retained; or,
// for a request that has no body and is answered from a snapshot, a `SnapshotTicket`, which costs no
// allocation. The two lowest bits tell them apart.

func requestBegun(
    _ context: UnsafeMutableRawPointer?, _ target: UnsafePointer<CChar>,
    _ connection: OpaquePointer
) -> UnsafeMutableRawPointer? {
    if let context = unsafe context, let client = unsafe Connection(connection).client {
        client.phase = .head
        unsafe Unmanaged<Server>.fromOpaque(context)._withUnsafeGuaranteedRef {
            $0.loop.clients.latest = client
        }
    }
    return unsafe RequestLine(connection, target).pointer
}

func handleRequest(
    _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer, _ url: UnsafePointer<CChar>,
    _ method: UnsafePointer<CChar>, _ version: UnsafePointer<CChar>,
    _ upload: UnsafePointer<CChar>?, _ uploadSize: UnsafeMutablePointer<Int>,
    _ request: UnsafeMutablePointer<UnsafeMutableRawPointer?>
) -> MHD_Result {
    guard let context = unsafe context else { return .NO }
    return unsafe Unmanaged<Server>.fromOpaque(context)._withUnsafeGuaranteedRef { server in
        server.loop.noteWork()
        let connection = unsafe Connection(connection)
        guard let state = unsafe request.pointee else {
            return .NO
        }
        if let line = unsafe RequestLine(state) {
            return unsafe server.begin(connection, line, url, method, version, request)
        }
        if let ticket = unsafe SnapshotTicket(state) {
            return server.answer(ticket, on: connection)
        }
        return unsafe Unmanaged<Exchange>.fromOpaque(state)._withUnsafeGuaranteedRef { exchange in
            guard unsafe uploadSize.pointee > 0 else {
                return exchange.stage == .receiving ? exchange.dispatch() : exchange.park()
            }
            if unsafe exchange.leaves(uploadSize.pointee) { return .YES }
            let bytes = unsafe UnsafeRawBufferPointer(start: upload, count: uploadSize.pointee)
            unsafe uploadSize.pointee = 0
            return unsafe exchange.receive(bytes) ? .YES : .NO
        }
    }
}

func requestCompleted(
    _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer,
    _ request: UnsafeMutablePointer<UnsafeMutableRawPointer?>, _ code: MHD_RequestTerminationCode
) {
    guard let context = unsafe context, let state = unsafe request.pointee else { return }
    unsafe request.pointee = nil
    let inOrder = code == .REQUEST_TERMINATED_COMPLETED_OK
    unsafe Unmanaged<Server>.fromOpaque(context)._withUnsafeGuaranteedRef { server in
        let client = unsafe Connection(connection).client
        let outcome = server.requestEnded(client, inOrder: inOrder)
        if unsafe RequestLine(state) != nil {
            // It got no further, and ends its connection.
            client?.phase = .over
            return server.counters.count(outcome, row: nil)
        }
        let ticket = unsafe SnapshotTicket(state)
        let exchange =
            unsafe ticket == nil ? Unmanaged<Exchange>.fromOpaque(state).takeRetainedValue() : nil
        if let client {
            client.phase = .none
            server.loop.noteWork()
            server.loop.clients.requestEnded(
                client, bodySize: exchange?.body.received ?? 0, at: server.loop.now)
        }
        if let ticket { server.counters.count(outcome, row: ticket.row) }
        exchange?.completed(outcome)
    }
}

/// A connection begins, and is watched for its client's end; or is about to be closed.
func connectionChanged(
    _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer,
    _ stored: UnsafeMutablePointer<UnsafeMutableRawPointer?>, _ code: MHD_ConnectionNotificationCode
) {
    guard let context = unsafe context, let socket = unsafe Connection(connection).socket else {
        return
    }
    unsafe Unmanaged<Server>.fromOpaque(context)._withUnsafeGuaranteedRef { server in
        server.loop.noteWork()
        if let pointer = unsafe stored.pointee {
            unsafe stored.pointee = nil
            let client = unsafe Unmanaged<ClientConnection>.fromOpaque(pointer).takeRetainedValue()
            server.answerSilentEnd(of: client)
            server.connectionEnds(client)
            shutdown(socket, Int32(SHUT_WR))
            server.loop.clients.remove(client, socket)
            server.connectionIsClosed()
            server.loop.didFree(server.options.connectionMemory)
        } else if code == .CONNECTION_NOTIFY_STARTED {
            let client = unsafe server.loop.clients.add(
                Connection(connection), socket, at: server.loop.now)
            unsafe stored.pointee = Unmanaged.passRetained(client).toOpaque()
            server.loop.noteConnections()
        }
    }
}

/// Paths are decoded by the router, which sees an encoded NUL where C's strings would end.
func leaveAsSent(
    _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer,
    _ text: UnsafeMutablePointer<CChar>
) -> Int {
    unsafe strlen(text)
}

/// libmicrohttpd cannot go on: a socket of its own has been closed by foreign code, and its number may be
/// another file's by now.
///
/// Anything else is a fault of ours or its own.
func panicked(
    _ context: UnsafeMutableRawPointer?, _ file: UnsafePointer<CChar>?, _ line: UInt32,
    _ reason: UnsafePointer<CChar>?
) {
    let isLost = [EBADF, EINVAL, ENOTSOCK, ENOENT, EEXIST, EPERM].contains(errno)
    guard isLost, let context = unsafe context else { abort() }
    unsafe Unmanaged<Server>.fromOpaque(context)._withUnsafeGuaranteedRef {
        $0.service.lostDescriptor("the socket of a client")
    }
    while true { pause() }
}

/// libmicrohttpd has something to say.
func complained(_ context: UnsafeMutableRawPointer, _ line: UnsafePointer<CChar>) {
    unsafe Unmanaged<Server>.fromOpaque(context)._withUnsafeGuaranteedRef {
        unsafe $0.libraryComplained(String(cString: line))
    }
}
