private import Glibc
internal import Synchronization
internal import WorkerThreads

/// The thread that notices when clients go away, which libmicrohttpd does not for a suspended
/// connection, and when they are too slow, which it does not for a client that drips.
///
/// libmicrohttpd's own time-out is one of idle time: a byte every second keeps a connection for
/// ever. Here each connection has a moment by which its header block, its body or its next request
/// must be complete; a look every half second ends those whose moment has passed.
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

    /// Milliseconds between looks at the moments of connections.
    private static let lookInterval: Int32 = 500

    private let poll: EventPoll
    private let options: ServerOptions
    private let connectionCount = Atomic<Int>(0)
    private let state = Mutex(State())
    private let hasEnded = Semaphore()

    /// Makes a watch; nil where no descriptor is left.
    init?(_ options: ServerOptions) {
        guard let poll = EventPoll() else { return nil }
        self.poll = poll
        self.options = options
    }

    /// How many connections there are.
    var count: Int { connectionCount.load(ordering: .relaxed) }

    /// Begins to watch a connection; on the HTTP thread.
    func add(_ socket: Int32) -> ClientConnection {
        let connection = state.withLock { state in
            state.last += 1
            let connection = ClientConnection(
                number: state.last, socket: socket,
                deadline: options.clock() + options.headerTimeout)
            state.connections[state.last] = connection
            return connection
        }
        poll.add(socket, connection.number, for: .peerGone)
        // The first one wakes the thread, which waits without limit while there is none.
        if connectionCount.add(1, ordering: .relaxed).oldValue == 0 { poll.interrupt() }
        return connection
    }

    /// Ends watching a connection whose socket is about to be closed; on the HTTP thread.
    func remove(_ connection: ClientConnection, _ socket: Int32) {
        poll.remove(socket)
        _ = state.withLock { $0.connections.removeValue(forKey: connection.number) }
        connectionCount.subtract(1, ordering: .relaxed)
    }

    /// Reports clients that went away, until `stop`; the body of a thread of its own.
    func run() {
        var gone: [UInt64] = []
        var nextLook: UInt64 = 0
        var nextNudge: UInt64 = 0
        while true {
            let interval: Int32? =
                !gone.isEmpty ? Self.nudgeInterval : count > 0 ? Self.lookInterval : nil
            switch poll.wait(milliseconds: interval) {
            case .happened(let number):
                state.withLock { $0.connections[number] }?.clientIsGone()
                nudge(number)
                gone.append(number)
            case .timeout, .interrupted:
                break
            case .stopped:
                hasEnded.signal()
                return
            }
            // By the clock, not by time-outs: on a busy worker none may come.
            let now = options.clock()
            if now >= nextNudge {
                gone.removeAll { !nudge($0) }
                nextNudge = now + UInt64(Self.nudgeInterval) * 1_000_000
            }
            if now >= nextLook {
                endLate(now)
                nextLook = now + UInt64(Self.lookInterval) * 1_000_000
            }
        }
    }

    /// A request has been answered: the next one on its connection may take its time to come.
    func requestEnded(_ client: ClientConnection) {
        client.isFresh.store(false, ordering: .relaxed)
        client.deadline.store(
            options.clock() + options.idleTimeout + options.headerTimeout, ordering: .relaxed)
    }

    /// Ends the connections whose clients are too slow.
    private func endLate(_ now: UInt64) {
        let all = state.withLock { $0.connections }
        for (number, connection) in all where connection.deadline.load(ordering: .relaxed) <= now {
            state.withLock { state in
                // Under the lock the socket cannot be closed; and the request may have come.
                guard state.connections[number] != nil,
                    connection.deadline.load(ordering: .relaxed) <= now
                else { return }
                connection.end(telling: connection.isFresh.load(ordering: .relaxed))
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
