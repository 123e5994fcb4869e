internal import CMicroHTTPD
private import Glibc
internal import WorkerCore
internal import WorkerJSON

/// Taking in the body; on the HTTP thread.
extension Exchange {
    /// Whether the body's bytes are wanted.
    private var keepsBody: Bool {
        switch plan {
        case .endpoint(let endpoint): endpoint.body != .ignored
        case .preflight, .refuse, .call: false
        }
    }

    /// Prepares for a body of a known length.
    func expect(_ length: Int) {
        guard keepsBody, length > 0 else { return }
        guard server.budget.reserve(length) else {
            bodyProblem = .noBudget
            return
        }
        reserved = length
        if !body.reserve(length) { bodyProblem = .noMemory }
    }

    /// Takes in a part of the body.
    ///
    /// - Returns: false where the connection is to be closed.
    func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        received += bytes.count
        client?.isAsked = false
        if received > server.options.maxBody { return refuseOverrun() }
        guard keepsBody, bodyProblem == nil else { return true }
        if body.count + bytes.count > reserved, !grow(by: bytes.count) { return true }
        if unsafe !body.append(bytes) {
            bodyProblem = .noMemory
            dropBody()
        }
        return true
    }

    /// Reserves more for a body of unknown length, doubling, as the buffer does.
    private func grow(by count: Int) -> Bool {
        let more = min(
            max(count, body.count, 4_096), max(count, server.options.maxBody - body.count))
        guard server.budget.reserve(more) else {
            bodyProblem = .noBudget
            dropBody()
            return false
        }
        reserved += more
        return true
    }

    private func dropBody() {
        body.removeAll(keepingCapacity: false)
        server.budget.release(reserved)
        reserved = 0
    }

    /// Deals with a body that has become larger than it may.
    ///
    /// A small overrun is read to its end, and answered properly. For a large one libmicrohttpd
    /// can send nothing in the middle of an upload, so the answer is written past it; what the
    /// client still sends is read for a while, as closing on it would reset the connection and
    /// could take the answer with it.
    private func refuseOverrun() -> Bool {
        if bodyProblem == nil {
            bodyProblem = .tooLarge
            dropBody()
        }
        let overrun = received - server.options.maxBody
        if bodyProblem == .tooLarge, overrun > Self.smallOverrun {
            bodyProblem = .tooLargeAndTold
            tellTooLarge()
        }
        return overrun <= max(server.options.maxBody, Self.smallOverrun)
    }

    private static let smallOverrun = 256 << 10

    /// Notes that a body of a known length will be too large, and tells the client if it is far.
    func refuseLength(_ length: Int) {
        let isFar = length - server.options.maxBody > Self.smallOverrun
        bodyProblem = isFar ? .tooLargeAndTold : .tooLarge
        if isFar { tellTooLarge() }
    }

    /// Writes a 413 straight to the socket and ends that direction.
    func tellTooLarge() {
        _ = told(server.tooLarge())
        guard let socket = connection.socket else { return }
        let reply = server.tooLargeReply
        _ = unsafe reply.withUnsafeBytes { bytes in
            unsafe send(
                socket, bytes.baseAddress, bytes.count,
                Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
        }
        shutdown(socket, Int32(SHUT_WR))
    }
}
