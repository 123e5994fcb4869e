internal import Synchronization

/// A client's connection, and the request on it that a disconnect would cancel.
final class ClientConnection: Sendable {
    private struct State {
        var isGone = false
        weak var exchange: Exchange?
    }

    let number: UInt64
    /// libmicrohttpd's; valid until the watch has removed the connection.
    let socket: Int32
    private let state = Mutex(State())

    init(number: UInt64, socket: Int32) {
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
    func end() { state.withLock { $0.exchange = nil } }

    /// The client has ended its direction; on the watch's thread.
    func clientIsGone() {
        let exchange = state.withLock { state in
            state.isGone = true
            return state.exchange
        }
        exchange?.clientIsGone()
    }
}
