internal import CMicroHTTPD
internal import WorkerCore
internal import WorkerThreads

/// The clients' connections: who goes away, which libmicrohttpd does not notice for a suspended
/// connection, and who is too slow, which it does not for a client that drips.
///
/// libmicrohttpd's own time-out is one of idle time: a byte every second keeps a connection for
/// ever. Here each connection has a moment by which its header block, its body or its next request
/// must be complete, or enough of a reply taken; those whose moment has passed are ended.
///
/// Every connection is registered once, for the end of its client's direction (EPOLLRDHUP; a reset
/// and a hang-up show in the same way), and reported once. epoll gets a number and never a pointer:
/// a connection that has ended meanwhile is looked up, and not found.
///
/// libmicrohttpd 0.9.75 also overlooks the end of connections that it does not suspend. It takes a
/// short read for an empty socket, so an end that arrives together with data raises no event of its
/// edge-triggered epoll any more; and a stream whose end is that of its connection, or that its reader ends with an
/// error, is marked as closed and not looked at again while older connections are idle. Suspended and resumed, a
/// connection gets a turn whatever its socket does: that is repeated a few times, and then it is ended.
///
/// On the HTTP thread only.
final class Clients {
    /// The time between looks at connections that libmicrohttpd has not closed yet.
    private static let nudgeInterval = TimeSpan.milliseconds(20)
    /// A connection that is still there after so many looks is ended.
    private static let mostNudges = 5
    /// How many connections are looked at in one turn, so that others get theirs.
    static let mostAtOnce = 256

    /// The least that a reader takes in a window: about 1 KiB a second.
    private static let leastTaken: UInt64 = 32 << 10
    /// The time in which a client that keeps its connection may still ask, when the worker ends.
    private static let lastChance = TimeSpan.milliseconds(150)
    /// In how many windows the whole of a reply must be taken: ten minutes.
    private static let mostWindows: UInt64 = 20

    private let options: ServerOptions
    private let poll: EventPoll
    private(set) var connections: [UInt64: ClientConnection] = [:]
    /// The one whose request line has come last.
    var latest: ClientConnection?
    /// Up to this number, libmicrohttpd may have given a connection an answer of its own.
    var lastInDoubt: UInt64 = 0
    /// The number of the connection that came last.
    private(set) var last: UInt64 = 0
    /// Those whose clients have gone, by number, and when they get a turn next, in that order.
    private var gone = RingQueue<(number: UInt64, moment: Moment)>()
    /// Those whose stream has ended with its connection in the last turn.
    private var ending: [ClientConnection] = []
    /// When a connection is to be looked at: not later than its deadline, but often before it, as
    /// deadlines are put off with each request.
    private var checks = TimerHeap<UInt64>()
    /// Those whose requests wait for the plugin to be made.
    private(set) var held: [UInt64: ClientConnection] = [:]
    /// Whether the worker ends.
    private var isLettingGo = false
    /// Connections that are asked whether they still read; see `probe`.
    var asked: [ClientConnection] = []
    var round = 1
    var nextProbe = Moment.zero

    init(_ options: ServerOptions, _ poll: EventPoll) {
        self.options = options
        self.poll = poll
    }

    /// How many there are.
    var count: Int { connections.count }

    /// When `check` has something to do; sometimes earlier, as what is taken back does not count.
    private(set) var nextCheck = Moment.never

    /// Begins to watch a connection.
    ///
    /// Whether it is one too many is decided now: those that were there before lose nothing by it.
    func add(_ connection: Connection, _ socket: Int32, at now: Moment) -> ClientConnection {
        last += 1
        let client = ClientConnection(
            connection, number: last, socket: socket,
            isAdmitted: options.admits?(socket) ?? true,
            isExcess: count >= options.maxConnections, budget: options.budget,
            access: options.logsAccess ? AccessNotes(peer: connection.peer) : nil)
        expect(
            .request, of: client,
            by: now + (isLettingGo ? Self.lastChance : options.headerTimeout))
        connections[last] = client
        poll.add(socket, last, for: .peerGone)
        return client
    }

    /// Ends watching a connection whose socket is about to be closed.
    func remove(_ client: ClientConnection, _ socket: Int32) {
        poll.remove(socket)
        if let check = client.check { _ = checks.remove(check) }
        connections.removeValue(forKey: client.number)
        if latest === client { latest = nil }
    }

    /// A client's body has begun: it has until the body's time-out.
    func bodyBegins(_ client: ClientConnection, at now: Moment) {
        expect(.body, of: client, by: now + options.bodyTimeout)
    }

    /// A reply of so many bytes begins, or a stream; its client is not to be too slow.
    func replyBegins(_ client: ClientConnection, size: Int, at now: Moment) {
        // The first window is not measured, so that a reply costs no system call for it.
        client.hasCaughtUp = true
        client.leastTaken = max(Self.leastTaken, UInt64(size) / Self.mostWindows)
        expect(.reader, of: client, by: now + options.readerWindow)
    }

    /// Less than the 5 s without a byte that hosts wait for most answers, and more than the 2 s after
    /// which they give up a cleanup and end the worker.
    private static let interimInterval = TimeSpan.seconds(3)

    /// Takes a connection out of libmicrohttpd's turns, with its request as it is.
    ///
    /// With `isTold` its client hears again and again that the answer takes longer.
    func hold(_ client: ClientConnection, isTold: Bool, at now: Moment) {
        expect(.request, of: client, by: isTold ? now + Self.interimInterval : .never)
        client.isSuspended = true
        client.connection.suspend()
        held[client.number] = client
    }

    /// Has libmicrohttpd show the request of a connection that is held once more.
    func release(_ client: ClientConnection) {
        guard held.removeValue(forKey: client.number) != nil else { return }
        client.deadline = .never
        client.isSuspended = false
        client.connection.resume()
    }

    /// A request with so much of a body has been answered: the next one on its connection may take
    /// its time to come.
    func requestEnded(_ client: ClientConnection, bodySize: Int, at now: Moment) {
        client.isFresh = false
        client.requestBytes += UInt64(client.connection.headerSize + bodySize)
        client.replyHeld.giveBack()
        // A reply that began before the worker's end has told nothing of it.
        let limit = isLettingGo ? Self.lastChance : options.idleTimeout + options.headerTimeout
        expect(.request, of: client, by: now + limit)
    }

    private func expect(
        _ awaited: ClientConnection.Awaited, of client: ClientConnection, by moment: Moment
    ) {
        guard !client.isEnded else { return }
        client.awaited = awaited
        client.deadline = moment
        if moment < client.checksAt { check(client, moment) }
    }

    private func check(_ client: ClientConnection, _ moment: Moment) {
        if let check = client.check { _ = checks.remove(check) }
        client.checksAt = moment
        client.check = moment < .never ? checks.insert(client.number, at: moment) : nil
        checkBy(moment)
    }

    private func checkBy(_ moment: Moment) { if moment < nextCheck { nextCheck = moment } }

    /// A client that has gone gets its next turn in a while.
    private func remind(_ client: ClientConnection, at now: Moment) {
        gone.append((client.number, now + Self.nudgeInterval))
        checkBy(now + Self.nudgeInterval)
    }

    /// A client's socket is as it was watched for.
    ///
    /// - Returns: the exchange that is to go on, if there is one: all of its message has been sent, or
    ///   cannot be.
    func happened(_ number: UInt64, at now: Moment) -> Exchange? {
        guard let client = connections[number] else { return nil }
        guard client.unsent != nil else {
            isGone(client, at: now)
            return nil
        }
        if let exchange = client.sendRest() { return exchange }
        awaitRoom(client)
        return nil
    }

    /// Has the rest of a message sent when its socket has room.
    ///
    /// That its client ends its direction does not matter any more: it may still read.
    func awaitRoom(_ client: ClientConnection) {
        poll.change(client.socket, client.number, to: .writable)
    }

    /// A client has ended its direction.
    private func isGone(_ client: ClientConnection, at now: Moment) {
        client.isGone = true
        client.exchange?.clientIsGone()
        release(client)
        guard !client.isEnded else { return }
        client.giveTurn()
        remind(client, at: now)
    }

    /// A stream has ended that ends its connection with it; in a turn of libmicrohttpd's.
    func streamEnds(_ client: ClientConnection) {
        ending.append(client)
        checkBy(.zero)
    }

    /// Ends connections that are late, and reminds libmicrohttpd of those that have ended.
    func check(_ now: Moment) {
        guard nextCheck <= now else { return }
        for client in ending where connections[client.number] != nil { client.giveTurn() }
        ending.removeAll(keepingCapacity: true)
        for _ in 0..<Self.mostAtOnce {
            guard let next = gone.first, next.moment <= now else { break }
            _ = gone.popFirst()
            if let client = connections[next.number] { nudge(client, now) }
        }
        for _ in 0..<Self.mostAtOnce {
            guard let number = checks.popFirst(notAfter: now) else { break }
            guard let client = connections[number] else { continue }
            client.check = nil
            client.checksAt = .never
            if client.deadline <= now { deadlinePassed(client, now) }
            check(client, client.deadline)
        }
        nextCheck = min(gone.first?.moment ?? .never, checks.first ?? .never)
    }

    private func nudge(_ client: ClientConnection, _ now: Moment) {
        // What is suspended ends when its exchange is woken, as it has been.
        if !client.isSuspended {
            client.nudges += 1
            if client.nudges > Self.mostNudges { return client.end() }
            client.giveTurn()
        }
        remind(client, at: now)
    }

    private func deadlinePassed(_ client: ClientConnection, _ now: Moment) {
        if isLettingGo, client.awaited == .request {
            lastCheck(client, now)
        } else if held[client.number] != nil {
            client.tellToWait()
            client.deadline = now + Self.interimInterval
        } else if client.awaited == .reader, !isTooSlow(client) {
            client.deadline = now + options.readerWindow
        } else {
            client.endLate()
        }
    }

    /// Whether a client has taken too little of what there was to send; begins the next window.
    ///
    /// On a Unix socket, where the kernel does not tell what was taken, the idle time-out has to do.
    private func isTooSlow(_ client: ClientConnection) -> Bool {
        guard let taken = client.taken else { return false }
        defer {
            client.takenBefore = taken
            client.hasCaughtUp = client.isSuspended && client.unsent == nil
        }
        return !client.hasCaughtUp && taken - client.takenBefore < client.leastTaken
    }

    // MARK: - The end of the worker

    /// Lets go, in a while, of connections on which nothing is asked: what comes until then is still
    /// answered.
    func letGo(_ now: Moment) {
        isLettingGo = true
        for client in connections.values where client.awaited == .request && !client.isEnded {
            expect(.request, of: client, by: min(client.deadline, now + Self.lastChance))
        }
    }

    /// Ends a connection, unless something has come on it since.
    private func lastCheck(_ client: ClientConnection, _ now: Moment) {
        guard uw_is_readable(client.socket) != 0, !client.hadLastCheck else { return client.end() }
        client.hadLastCheck = true
        client.giveTurn()
        client.deadline = now + Self.lastChance
    }
}

/// Connections that libmicrohttpd neither reads nor closes.
///
/// 0.9.75 has a connection whose buffer is full of the line of a chunk's size in its list of those
/// that are ready, never reads from it, and says for ever that it has work.
extension Clients {
    /// The time between rounds.
    private static let probeInterval = TimeSpan.milliseconds(100)

    /// Gives a turn to connections on which a body is awaited, to find those that do not read.
    ///
    /// - Returns: whether there are any; then `endStuck` is called after the turn.
    func probe(_ now: Moment) -> Bool {
        guard now >= nextProbe else { return false }
        nextProbe = now + Self.probeInterval
        for client in connections.values where client.awaitsBody && client.round != round {
            client.round = round
            client.isAsked = true
            client.giveTurn()
            asked.append(client)
            if asked.count == Self.mostAtOnce { break }
        }
        if asked.isEmpty { round += 1 }
        return !asked.isEmpty
    }

    /// Ends the connections that had a turn and neither had some of their body taken nor wait for
    /// more: libmicrohttpd watches those that do.
    ///
    /// - Parameter events: libmicrohttpd's epoll instance.
    func endStuck(_ events: Int32) {
        for client in asked where client.isAsked && connections[client.number] != nil {
            if client.awaitsBody, uw_is_watched(events, client.socket) == 0 { client.endStuck() }
        }
        asked.removeAll(keepingCapacity: true)
    }
}
