internal import WorkerThreads

/// The clients' connections: who goes away, which libmicrohttpd does not notice for a suspended
/// connection, and who is too slow, which it does not for a client that drips.
///
/// libmicrohttpd's own time-out is one of idle time: a byte every second keeps a connection for
/// ever. Here each connection has a moment by which its header block, its body or its next request
/// must be complete; those whose moment has passed are ended.
///
/// Every connection is registered once, for the end of its client's direction (EPOLLRDHUP; a reset
/// and a hang-up show in the same way), and reported once. epoll gets a number and never a pointer:
/// a connection that has ended meanwhile is looked up, and not found.
///
/// libmicrohttpd 0.9.75 also overlooks the end of connections that it does not suspend. It takes a
/// short read for an empty socket, so an end that arrives together with data raises no event of its
/// edge-triggered epoll any more; and a stream that its reader ends with an error is marked as closed
/// and not looked at again. Either lingers until it is the oldest connection of all and its idle
/// time-out is over. Suspended and resumed, a connection gets a turn whatever its socket does: that
/// is repeated until it has ended.
///
/// On the HTTP thread only.
final class Clients {
    /// Nanoseconds between looks at connections that libmicrohttpd has not closed yet.
    private static let nudgeInterval: UInt64 = 20_000_000

    private let options: ServerOptions
    private let poll: EventPoll
    private var connections: [UInt64: ClientConnection] = [:]
    private var last: UInt64 = 0
    /// Those whose clients have gone, by number.
    private var gone: [UInt64] = []
    private var nextNudge = UInt64.max
    /// No moment of a connection is earlier than this; nanoseconds of CLOCK_MONOTONIC.
    private var earliest = UInt64.max

    init(_ options: ServerOptions, _ poll: EventPoll) {
        self.options = options
        self.poll = poll
    }

    /// How many there are.
    var count: Int { connections.count }

    /// When `look` has something to do, in nanoseconds of CLOCK_MONOTONIC.
    var nextLook: UInt64 { min(nextNudge, earliest) }

    /// Begins to watch a connection.
    ///
    /// Whether it is one too many is decided now: those that were there before lose nothing by it.
    func add(_ connection: Connection, _ socket: Int32, at now: UInt64) -> ClientConnection {
        last += 1
        let client = ClientConnection(
            connection, number: last, socket: socket, isExcess: count >= options.maxConnections)
        expect(client, by: now + options.headerTimeout)
        connections[last] = client
        poll.add(socket, last, for: .peerGone)
        return client
    }

    /// Ends watching a connection whose socket is about to be closed.
    func remove(_ client: ClientConnection, _ socket: Int32) {
        poll.remove(socket)
        connections.removeValue(forKey: client.number)
    }

    /// A client's body has begun: it has until the body's time-out.
    func bodyBegins(_ client: ClientConnection, at now: UInt64) {
        expect(client, by: now + options.bodyTimeout)
    }

    /// A request has been answered: the next one on its connection may take its time to come.
    func requestEnded(_ client: ClientConnection, at now: UInt64) {
        client.isFresh = false
        expect(client, by: now + options.idleTimeout + options.headerTimeout)
    }

    private func expect(_ client: ClientConnection, by moment: UInt64) {
        client.deadline = moment
        if moment < earliest { earliest = moment }
    }

    /// A client has ended its direction.
    func isGone(_ number: UInt64, at now: UInt64) {
        guard let client = connections[number] else { return }
        client.isGone = true
        client.exchange?.clientIsGone()
        client.giveTurn()
        gone.append(number)
        nextNudge = min(nextNudge, now + Self.nudgeInterval)
    }

    /// Does what is due: ends connections that are late, and reminds libmicrohttpd of those that
    /// have ended.
    func look(_ now: UInt64) {
        if now >= nextNudge { nudge(now) }
        if now >= earliest { endLate(now) }
    }

    private func nudge(_ now: UInt64) {
        gone.removeAll { number in
            guard let client = connections[number] else { return true }
            client.giveTurn()
            return false
        }
        nextNudge = gone.isEmpty ? .max : now + Self.nudgeInterval
    }

    /// Ends the connections whose clients are too slow; linear time, when the earliest may be due.
    private func endLate(_ now: UInt64) {
        earliest = .max
        for client in connections.values {
            if client.deadline <= now { client.endLate() }
            earliest = min(earliest, client.deadline)
        }
    }
}
