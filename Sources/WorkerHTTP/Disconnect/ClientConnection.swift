private import Glibc
internal import Synchronization

/// A client's connection, and the request on it that a disconnect would cancel.
final class ClientConnection: Sendable {
    private struct State {
        var isGone = false
        /// Set between `begin` and `end` only, so that the two do not keep each other alive.
        var exchange: Exchange?
    }

    let number: UInt64
    /// libmicrohttpd's; valid until the watch has removed the connection.
    let socket: Int32
    /// When what is awaited from the client must have come, in nanoseconds of CLOCK_MONOTONIC.
    let deadline: Atomic<UInt64>
    /// Whether no request has been completed yet: a client that is late is told so then.
    let isFresh = Atomic<Bool>(true)
    private let state = Mutex(State())

    init(number: UInt64, socket: Int32, deadline: UInt64) {
        self.deadline = Atomic(deadline)
        self.number = number
        self.socket = socket
    }

    /// A request is complete, and nobody but its client wants the answer; on the HTTP thread.
    ///
    /// - Returns: false where the client has gone already.
    func begin(_ exchange: Exchange) -> Bool {
        state.withLock { state in
            state.exchange = exchange
            return !state.isGone
        }
    }

    /// The request has been answered, or never will be; on the HTTP thread.
    func end() {
        let ended = state.withLock { state in
            defer { state.exchange = nil }
            return state.exchange
        }
        extendLifetime(ended)
    }

    /// The client has ended its direction; on the watch's thread.
    func clientIsGone() {
        let exchange = state.withLock { state in
            state.isGone = true
            return state.exchange
        }
        exchange?.clientIsGone()
    }

    /// Ends the connection of a client that is too slow; libmicrohttpd then closes it.
    ///
    /// - Parameter telling: whether the client gets a 408: it has sent a part of a request, perhaps.
    func end(telling: Bool) {
        deadline.store(.max, ordering: .relaxed)
        if telling {
            _ = unsafe Self.timeoutReply.withUnsafeBytes { bytes in
                unsafe send(
                    socket, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
            }
        }
        shutdown(socket, Int32(SHUT_RDWR))
    }

    /// A whole HTTP message, as libmicrohttpd cannot answer half a request.
    private static let timeoutReply: [UInt8] = {
        let body = "{\"detail\":\"The request took too long to arrive\"}"
        let head = "HTTP/1.1 408 Request Timeout\r\nContent-Type: application/json\r\n"
        return Array(
            (head + "Connection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n" + body).utf8)
    }()
}
