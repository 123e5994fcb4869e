internal import CMicroHTTPD
private import Glibc

/// A client's connection, and the request on it that a disconnect would cancel.
///
/// On the HTTP thread only.
final class ClientConnection {
    let connection: Connection
    let number: UInt64
    /// libmicrohttpd's; valid until the connection has been removed.
    let socket: Int32
    /// When what is awaited from the client must have come, in nanoseconds of CLOCK_MONOTONIC;
    /// `.max` while nothing is.
    var deadline = UInt64.max
    /// Whether no request has been completed yet: a client that is late is told so then.
    var isFresh = true
    /// Whether there were as many connections as are served when it came.
    let isExcess: Bool
    /// Whether it is out of libmicrohttpd's turns, until its exchange is woken.
    var isSuspended = false
    /// Whether the client has ended its direction.
    var isGone = false
    /// The request that waits for an answer which nobody but the client wants; until that is given,
    /// so that the two do not keep each other alive.
    var exchange: Exchange?

    init(_ connection: Connection, number: UInt64, socket: Int32, isExcess: Bool) {
        self.connection = connection
        self.number = number
        self.socket = socket
        self.isExcess = isExcess
    }

    /// Has libmicrohttpd look at the connection, whatever its socket does; outside of its turns.
    func giveTurn() {
        guard !isSuspended else { return }
        connection.suspend()
        connection.resume()
    }

    /// Ends the connection of a client that is too slow; libmicrohttpd then closes it.
    ///
    /// A new client gets a 408: it has sent a part of a request, perhaps.
    func endLate() {
        deadline = .max
        if isFresh {
            _ = unsafe Self.timeoutReply.withUnsafeBytes { bytes in
                unsafe send(
                    socket, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
            }
        }
        shutdown(socket, Int32(SHUT_RDWR))
        giveTurn()
    }

    /// A whole HTTP message, as libmicrohttpd cannot answer half a request.
    private static let timeoutReply: [UInt8] = {
        let body = "{\"detail\":\"The request took too long to arrive\"}"
        let head = "HTTP/1.1 408 Request Timeout\r\nContent-Type: application/json\r\n"
        return Array(
            (head + "Connection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n" + body).utf8)
    }()
}
