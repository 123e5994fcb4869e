internal import CMicroHTTPD
private import Glibc
internal import WorkerCore
internal import WorkerJSON
internal import WorkerThreads

/// Taking in the body; on the HTTP thread.
extension Exchange {
    /// Whether the body's bytes are wanted.
    private var keepsBody: Bool {
        if case .answer(let row, id: _) = plan {
            server.endpoints[row].body != .ignored
        } else {
            false
        }
    }

    /// Prepares for a body of a known length.
    func expect(_ length: Int) {
        guard keepsBody, length > 0 else { return }
        declared = length
        guard server.budget.hasRoom(for: length) else {
            bodyProblem = .noBudget
            return
        }
        if !body.reserve(min(length, Self.firstReserve)) { bodyProblem = .noMemory }
    }

    /// For how many bytes room is made before any has come.
    private static let firstReserve = 256 << 10

    private func isSmall(_ length: Int) -> Bool { length <= Budget.smallBody }

    /// Takes in a part of the body.
    ///
    /// - Returns: false where the connection is to be closed.
    func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        received += bytes.count
        client?.isAsked = false
        if received > server.options.maxBody { return refuseOverrun() }
        guard keepsBody, bodyProblem == nil else { return true }
        let length = body.count + bytes.count
        guard held.take(bytes.count, isSmall: isSmall(declared ?? length)) else {
            bodyProblem = .noBudget
            dropBody()
            return true
        }
        // Doubled, but not beyond what will come.
        if let declared, length > body.capacity {
            _ = body.reserve(min(declared, max(length, 2 * body.capacity)))
        }
        if unsafe !body.append(bytes) {
            bodyProblem = .noMemory
            dropBody()
        }
        return true
    }

    private func dropBody() {
        body.removeAll(keepingCapacity: false)
        held.giveBack()
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
