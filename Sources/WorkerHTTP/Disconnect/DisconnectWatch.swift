private import Glibc
internal import Synchronization
internal import WorkerThreads

/// The thread that notices when clients go away, which libmicrohttpd does not for a suspended
/// connection.
///
/// Every connection is registered once, for the end of its client's direction (EPOLLRDHUP; a reset
/// and a hang-up show in the same way), and reported once. epoll gets a number and never a pointer:
/// a connection that ends meanwhile is looked up under the lock, and not found.
///
/// libmicrohttpd 0.9.75 also overlooks the end of connections that it does not suspend: it takes a
/// short read for an empty socket, so an end that arrives together with data raises no event of its
/// edge-triggered epoll any more, and the connection lingers until its idle time-out. A shutdown of
/// the direction that has ended already changes nothing but raises that event; it is repeated, as
/// it may come before the read that it is to follow.
final class DisconnectWatch: Sendable {
    private struct State {
        var connections: [UInt64: ClientConnection] = [:]
        var last: UInt64 = 0
    }

    /// Milliseconds between looks at connections that libmicrohttpd has not closed yet.
    private static let nudgeInterval: Int32 = 20

    private let poll: EventPoll
    private let state = Mutex(State())
    private let hasEnded = Semaphore()

    /// Makes a watch; nil where no descriptor is left.
    init?() {
        guard let poll = EventPoll() else { return nil }
        self.poll = poll
    }

    /// Begins to watch a connection; on the HTTP thread.
    func add(_ socket: Int32) -> ClientConnection {
        let connection = state.withLock { state in
            state.last += 1
            let connection = ClientConnection(number: state.last, socket: socket)
            state.connections[state.last] = connection
            return connection
        }
        poll.add(socket, connection.number, for: .peerGone)
        return connection
    }

    /// Ends watching a connection whose socket is about to be closed; on the HTTP thread.
    func remove(_ connection: ClientConnection, _ socket: Int32) {
        poll.remove(socket)
        _ = state.withLock { $0.connections.removeValue(forKey: connection.number) }
    }

    /// Reports clients that went away, until `stop`; the body of a thread of its own.
    func run() {
        var gone: [UInt64] = []
        while true {
            switch poll.wait(milliseconds: gone.isEmpty ? nil : Self.nudgeInterval) {
            case .happened(let number):
                state.withLock { $0.connections[number] }?.clientIsGone()
                nudge(number)
                gone.append(number)
            case .timeout:
                gone.removeAll { !nudge($0) }
            case .stopped:
                hasEnded.signal()
                return
            }
        }
    }

    /// Has libmicrohttpd look at a connection whose client has gone.
    ///
    /// - Returns: whether it is still there. Under the lock its socket cannot be closed.
    @discardableResult
    private func nudge(_ number: UInt64) -> Bool {
        state.withLock { state in
            guard let connection = state.connections[number] else { return false }
            shutdown(connection.socket, Int32(SHUT_RD))
            return true
        }
    }

    /// Ends the thread, and waits for it.
    func stop() {
        poll.stop()
        hasEnded.wait()
    }
}
