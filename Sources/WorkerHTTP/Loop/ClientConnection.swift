internal import CMicroHTTPD
private import Glibc
internal import WorkerCore
internal import WorkerThreads

/// A client's connection, and the request on it that a disconnect would cancel.
///
/// On the HTTP thread only.
final class ClientConnection {
    /// What has to happen before the deadline.
    enum Awaited {
        /// A whole header block arrives.
        case request
        /// A whole body arrives.
        case body
        /// The client takes enough of a reply; see `Clients.readerWindow`.
        case reader
    }

    /// How far the request has come that is under way.
    enum Phase {
        /// Its request line is awaited.
        case none
        /// Its header block is awaited.
        case head
        /// Its header block has come.
        case request
        /// The same, and its body is chunked.
        case chunkedRequest
        /// It was the last one: its connection is about to end.
        case over
    }

    let connection: Connection
    let number: UInt64
    /// libmicrohttpd's; valid until the connection has been removed.
    let socket: Int32
    /// When what is awaited must have come; `.never` while nothing is.
    var deadline = Moment.never
    var awaited = Awaited.request
    /// When the connection is looked at next, not later than the deadline; and by what that can be
    /// taken back.
    var checksAt = Moment.never
    var check: TimerID?
    /// Whether no request has been completed yet: a client that is late is told so then.
    var isFresh = true
    var phase = Phase.none
    /// How long its requests have been together, or less: of chunks, what they carried counts.
    var requestBytes: UInt64 = 0
    /// Whether it came by a Unix socket: then no page of a browser can be behind it.
    let isUnix: Bool
    /// Whether the user behind it is one that is served.
    let isAdmitted: Bool
    /// Whether there were as many connections as are served when it came.
    let isExcess: Bool
    /// Whether it is out of libmicrohttpd's turns, until its exchange is woken.
    var isSuspended = false
    /// Whether all that there was to send has been sent since the reader's window began.
    var hasCaughtUp = true
    /// How many bytes the client had taken when the reader's window began.
    var takenBefore: UInt64 = 0
    /// How many bytes it must take in each window.
    var leastTaken: UInt64 = 0
    /// What the reply that is being sent takes of the budget.
    let replyHeld: Holding
    /// Whether the client has ended its direction.
    var isGone = false
    /// Whether it has been ended from here.
    var isEnded = false
    /// Whether it was looked at for the last time, as the worker ends.
    var hadLastCheck = false
    /// Whether it has been asked if it still reads, and nothing has been read since; in which round.
    var isAsked = false
    var round = 0
    /// How many turns it has been given since its client went.
    var nudges = 0
    /// A message that is sent past libmicrohttpd, how far, and for which exchange.
    private(set) var unsent: (message: [UInt8], sent: Int, exchange: Exchange)?
    /// The request that waits for an answer which the client alone wants; until that is given,
    /// so that the two do not keep each other alive.
    var exchange: Exchange?
    /// What the request that is under way has been answered.
    var answer = Answer()
    /// The request that it sends again and again, if it does.
    var known: KnownHead?
    /// What the access log is to say of that request; nil where there is no such log.
    let access: AccessNotes?

    init(
        _ connection: Connection, number: UInt64, socket: Int32, isAdmitted: Bool, isExcess: Bool,
        budget: Budget, access: AccessNotes?
    ) {
        self.access = access
        self.connection = connection
        self.number = number
        self.socket = socket
        isUnix = connection.isUnix
        self.isAdmitted = isAdmitted
        self.isExcess = isExcess
        replyHeld = Holding(of: budget)
    }

    /// How many bytes of what was sent the client's side has taken; nil on a Unix socket.
    var taken: UInt64? {
        var count: UInt64 = 0
        return unsafe uw_bytes_taken(socket, &count) == 0 ? count : nil
    }

    /// Whether something of a request has come behind those that have ended; on a Unix socket, it
    /// may have.
    var hasBegunRequest: Bool { uw_has_received(socket, requestBytes) != 0 }

    /// Whether a body is still to come.
    var awaitsBody: Bool {
        awaited == .body && deadline < .never && !isSuspended && !isEnded
    }

    /// Has libmicrohttpd look at the connection, whatever its socket does; outside of its turns.
    func giveTurn() {
        guard !isSuspended else { return }
        connection.suspend()
        connection.resume()
    }

    /// Ends the connection of a client that is too slow.
    ///
    /// A new client gets a 408: it has sent a part of a request, perhaps.
    func endLate() {
        if isFresh, awaited != .reader { tellLate() }
        end()
    }

    private func tellLate() {
        // Who has sent nothing has asked nothing.
        if phase != .none || hasBegunRequest { answer = Self.timeoutReply.answer }
        write(Self.timeoutReply.bytes)
    }

    /// Ends the connection of a client that has sent more than libmicrohttpd takes in.
    func endStuck() {
        answer = Self.stuckReply.answer
        write(Self.stuckReply.bytes)
        end()
    }

    /// Ends the connection, whatever libmicrohttpd waits for on it.
    ///
    /// It closes what it reads an end of. Where it reads no more, as its buffer is full of a line
    /// without an end, its idle time-out still counts, and is looked at in each turn: that is set to
    /// the least there is, a second. No turn is given, as that would count as activity.
    func end() {
        deadline = .never
        isEnded = true
        shutdown(socket, Int32(SHUT_RDWR))
        connection.limitIdleTime(seconds: 1)
    }

    /// Tells a client whose request is held that its answer takes longer.
    ///
    /// A client has to pass over interim answers, also those that it did not ask for (RFC 9110, 15.2).
    func tellToWait() { write(Self.interimReply) }

    /// Writes a whole HTTP message past libmicrohttpd, which can then send nothing any more.
    func tell(_ message: Message) {
        answer = message.answer
        write(message.bytes)
        shutdown(socket, Int32(SHUT_WR))
    }

    /// Sends a whole HTTP message past libmicrohttpd, which is to close the connection then.
    ///
    /// - Returns: whether that is over; otherwise `sendRest` is to be called when there is room.
    func deliver(_ message: [UInt8], for exchange: Exchange) -> Bool {
        unsent = (message, 0, exchange)
        return sendRest() != nil
    }

    /// Sends what is left of the message, as far as the socket takes it.
    ///
    /// - Returns: the message's exchange if all has been sent, or cannot be.
    func sendRest() -> Exchange? {
        guard let (message, sent, exchange) = unsent else { return nil }
        let count = unsafe message.withUnsafeBytes { bytes in
            unsafe send(
                socket, bytes.baseAddress.map { unsafe $0 + sent }, bytes.count - sent,
                Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
        }
        if count < 0, errno == EAGAIN || errno == EINTR { return nil }
        if count >= 0, sent + count < message.count {
            unsent?.sent = sent + count
            return nil
        }
        shutdown(socket, Int32(SHUT_WR))
        unsent = nil
        return exchange
    }

    private func write(_ message: [UInt8]) {
        _ = unsafe message.withUnsafeBytes { bytes in
            unsafe send(
                socket, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
        }
    }

    /// The one that clients pass over which know no other, as Python's http.client.
    private static let interimReply = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
    // Whole HTTP messages, as libmicrohttpd cannot answer half a request.
    private static let timeoutReply = {
        var reply = Reply(408, detail: "The request took too long to arrive").message()
        // It counts as a client that was too slow.
        reply.answer.countsAs = 0
        return reply
    }()
    private static let stuckReply = Reply(
        400, detail: "A line of the chunked body is longer than --max-header allows"
    ).message()
}
