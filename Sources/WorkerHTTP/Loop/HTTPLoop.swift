internal import CMicroHTTPD
internal import Synchronization
internal import WorkerCore
internal import WorkerThreads

/// The HTTP thread: libmicrohttpd's turns, the connections that other threads have woken, and the
/// clients that have gone away or are too slow.
///
/// libmicrohttpd could run a thread of its own. This one costs fewer system calls: connections that
/// are woken together are resumed together, where `MHD_resume_connection` on another thread writes
/// to an eventfd each time. It never blocks inside of libmicrohttpd, which 0.9.75 does with work at
/// hand where exactly 128 connections are ready at once. And what belongs to a connection is touched
/// by one thread only, without a lock.
///
/// The wait is on an epoll of ours, in which libmicrohttpd's lies, beside the clients' ends and the
/// wake-up from other threads.
@safe final class HTTPLoop: @unchecked Sendable {
    private static let daemonEvent: UInt64 = 0

    /// The time that a loop which always has work may run without a look at the clients' ends.
    private static let longestBlindness = TimeSpan.milliseconds(1)

    /// The time after which what else there is to begin in a turn is put off to the next.
    private static let longestTurn = TimeSpan.milliseconds(4)
    /// How many connections are resumed in one turn.
    private static let mostResumed = 256

    /// After so many turns in which nothing was done each further one has to wait a millisecond.
    ///
    /// libmicrohttpd may say for ever that it has work, and do none: see `Clients.probe`.
    private static let mostFruitless = 64
    /// The time after which the connections are looked for on which it does so.
    private static let longestRestlessness = TimeSpan.milliseconds(100)

    /// Bytes freed that are worth giving back, and the time without any event before that.
    private static let worthGivingBack = 8 << 20
    private static let idleTime = TimeSpan.seconds(1)

    private let poll: EventPoll
    private let clock: @Sendable () -> Moment
    private let heartbeat: Heartbeat?
    private let hasEnded = Semaphore()

    // HTTP thread.

    /// When this turn began.
    private(set) var now: Moment
    let clients: Clients
    private let acceptor: Acceptor
    private var daemon: OpaquePointer?
    private var lastWait = Moment.zero
    /// When the supervisor has to get its next sign of life.
    private var nextBeat = Moment.never
    /// Exchanges whose connections are suspended, and can go on.
    private var ready = RingQueue<Exchange>()
    /// How many requests have begun in this turn, and whether it has become too long for more.
    private var begun = 0
    private var isTired = false
    /// Whether libmicrohttpd has called anything of ours in this turn; in how many it has not.
    private var hasWorked = false
    /// The bytes of bodies that a turn validates by itself: about half a millisecond's.
    var validation = TurnAllowance(128 << 10)
    private var fruitless = 0
    /// Since when libmicrohttpd says without a break that it has work.
    private var restlessSince: Moment?
    private var isBroken = false
    /// Bytes freed since malloc last gave memory back to the system.
    private var freed = 0
    /// The largest body or connection that has been freed.
    private var largestFreed = 0

    // Any thread.

    private let woken = WakeList()
    private let isAsleep = Atomic<Bool>(false)
    private let suspended = Atomic<Int>(0)
    private let mustQuiesce = Atomic<Bool>(false)
    private let connections = Atomic<Int>(0)
    private let errand = Mutex<(@Sendable () -> Void)?>(nil)
    private let hasErrand = Atomic<Bool>(false)

    /// Makes a loop; nil where no descriptor is left.
    init?(_ options: ServerOptions) {
        guard let poll = EventPoll() else { return nil }
        self.poll = poll
        clock = options.clock
        now = options.clock()
        clients = Clients(options, poll)
        heartbeat = options.heartbeat
        if let heartbeat { nextBeat = now + heartbeat.interval }
        acceptor = Acceptor(options, poll)
    }

    /// Watches libmicrohttpd's events; before the thread of `run` and questions for `isWhole`, which would take what
    /// is not watched yet for lost.
    func watch(_ events: Int32) { poll.add(events, Self.daemonEvent, for: .readable) }

    /// Runs a daemon until `stop`, whose events are watched; the body of a thread of its own.
    ///
    /// - Parameters:
    ///   - daemon: libmicrohttpd's, without a thread; used by this one alone until then.
    ///   - service: told at the end of each turn that the calls of the turn may start: an executor
    ///     woken earlier would take the processor from the thread that has more for it.
    func run(_ daemon: OpaquePointer, _ service: any WorkerService) {
        unsafe self.daemon = daemon
        let events = unsafe uw_mhd_epoll(daemon)
        acceptor.watch()
        while wait(service) {
            now = clock()
            (begun, isTired, hasWorked) = (0, false, false)
            validation.begin()
            if mustQuiesce.exchange(false, ordering: .relaxed) { letGo() }
            if hasErrand.load(ordering: .relaxed) { runErrand() }
            resumeWoken()
            clients.check(now)
            let isProbing = isRestless && clients.probe(now)
            if unsafe acceptor.accept(now, daemon, count: { clients.count }) {
                service.report(Self.cannotAccept)
            }
            unsafe MHD_run(daemon)
            service.startCalls(on: poll)
            if now >= nextBeat, let heartbeat { nextBeat = heartbeat.beat(at: now) }
            if isProbing { clients.endStuck(events) }
            fruitless = hasWorked ? 0 : fruitless + 1
        }
        service.loopEnds()
        if isBroken { return service.lostDescriptor(Self.waitName) }
        if mustQuiesce.load(ordering: .relaxed) { letGo() }
        hasEnded.signal()
    }

    /// Whether what the thread waits on is still there, libmicrohttpd's `events` among it; any thread.
    func isWhole(_ events: Int32) -> Bool { poll.isWhole && poll.watches(events) }

    /// What a line of the log calls that.
    static let waitName = "a descriptor that the HTTP server waits on"

    private static let cannotAccept = """
        connections wait that cannot be accepted: there are no more descriptors, or no memory
        """

    /// libmicrohttpd has called something of ours.
    func noteWork() { hasWorked = true }

    private var isRestless: Bool {
        restlessSince.map { now >= $0 + Self.longestRestlessness } ?? false
    }

    /// Ends the thread once nothing is suspended, and waits for it.
    func stop() {
        poll.stop()
        hasEnded.wait()
    }

    /// Has this thread do something at its next turn; any thread, and one thing at a time.
    func perform(_ body: @escaping @Sendable () -> Void) {
        errand.withLock { $0 = body }
        hasErrand.store(true, ordering: .relaxed)
        poll.interrupt()
    }

    private func runErrand() {
        hasErrand.store(false, ordering: .relaxed)
        errand.withLock { $0.take() }?()
    }

    /// Takes no more connections from sockets that outlive this process, and lets go of those on which
    /// nothing is asked.
    ///
    /// Any thread; it happens a moment later.
    func quiesce() {
        mustQuiesce.store(true, ordering: .relaxed)
        poll.interrupt()
    }

    private func letGo() {
        acceptor.closeShared()
        clients.letGo(now)
    }

    /// Notes how many connections there are; on this thread.
    func noteConnections() { connections.store(clients.count, ordering: .releasing) }

    /// A connection has been closed; on this thread.
    func connectionIsClosed() {
        noteConnections()
        acceptor.connectionIsClosed()
    }

    /// Whether there are connections; any thread.
    var hasConnections: Bool { connections.load(ordering: .acquiring) > 0 }

    /// Waits until there is something to do; false when the loop is to end.
    private func wait(_ service: any WorkerService) -> Bool {
        var patience = patience()
        if patience != .zero {
            isAsleep.store(true, ordering: .sequentiallyConsistent)
            if !woken.isEmpty { patience = .zero }
        }
        defer { isAsleep.store(false, ordering: .relaxed) }
        if patience == .zero, now - lastWait < Self.longestBlindness, !service.awaitsEvent {
            return true
        }
        lastWait = now
        let isGivingBack =
            freed >= Self.worthGivingBack && patience ?? Self.idleTime >= Self.idleTime
        if isGivingBack { patience = Self.idleTime }
        var isRunning = true
        poll.wait(atMost: patience) { event in
            switch event {
            case .happened(Self.daemonEvent): break
            case .interrupted: break
            case .timeout: if isGivingBack { giveBack() }
            case .happened(let number) where number > EventPoll.guests:
                // What it wakes is resumed in this turn.
                isAsleep.store(false, ordering: .relaxed)
                service.happened(number)
            case .happened(let number):
                if acceptor.happened(number) { return }
                if let exchange = clients.happened(number, at: clock()) { wake(exchange) }
            // A request may have come in the last turn.
            case .stopped: isRunning = isAnySuspended
            case .broken: (isRunning, isBroken) = (false, true)
            }
        }
        return isRunning
    }

    /// How long there is nothing to do without an event; nil for ever.
    private func patience() -> TimeSpan? {
        if !ready.isEmpty || !woken.isEmpty { return .zero }
        var milliseconds: UInt64 = 0
        let isLimited = unsafe MHD_get_timeout(daemon, &milliseconds) == .YES
        if isLimited, milliseconds == 0 {
            if restlessSince == nil { restlessSince = now }
            return fruitless > Self.mostFruitless ? .milliseconds(1) : .zero
        }
        restlessSince = nil
        let moment = min(clients.nextCheck, acceptor.moment, nextBeat)
        let limit = isLimited ? TimeSpan.milliseconds(milliseconds) : nil
        guard moment < .never else { return limit }
        return min(moment - now, limit ?? moment - now)
    }

    // MARK: - Freed memory

    /// Notes that much has been freed: a body, a connection.
    func didFree(_ bytes: Int) {
        freed += bytes
        guard bytes > largestFreed else { return }
        largestFreed = bytes
        FreedMemory.keep(bytes)
    }

    /// After a peak malloc keeps what it has: no client is waiting now, so it can be given back.
    private func giveBack() {
        freed = 0
        FreedMemory.giveBack()
    }

    // MARK: - Suspended connections

    /// Whether a connection is suspended: libmicrohttpd must not be stopped then.
    var isAnySuspended: Bool { suspended.load(ordering: .acquiring) > 0 }

    /// Takes an exchange's connection out of libmicrohttpd's turns until it is woken; on this thread.
    func suspend(_ exchange: Exchange) {
        suspended.add(1, ordering: .relaxed)
        exchange.connection.suspend()
        exchange.client?.isSuspended = true
        // All that there was to send has been sent.
        exchange.client?.hasCaughtUp = true
    }

    /// Has a client's request wait until `releaseHeld`; on this thread.
    ///
    /// - Returns: false where so many wait already.
    func hold(_ client: ClientConnection, atMost limit: Int, isTold: Bool) -> Bool {
        guard clients.held.count < limit else { return false }
        clients.hold(client, isTold: isTold, at: now)
        return true
    }

    /// Lets all requests that are held go on; on this thread.
    func releaseHeld() {
        for client in clients.held.values { clients.release(client) }
    }

    /// Has the HTTP thread go on with the exchange's connection, which is suspended or about to be.
    ///
    /// Any thread; once for each suspension.
    func wake(_ exchange: Exchange) {
        woken.push(exchange)
        // A loop that is awake looks at the list before it sleeps.
        guard isAsleep.load(ordering: .sequentiallyConsistent),
            isAsleep.exchange(false, ordering: .relaxed)
        else { return }
        poll.interrupt()
    }

    private func resumeWoken() {
        var room = Self.mostResumed
        while room > 0, !ready.isEmpty, let exchange = ready.popFirst() {
            resume(exchange)
            room -= 1
        }
        woken.takeAll { exchange in
            guard room > 0 else { return ready.append(exchange) }
            resume(exchange)
            room -= 1
        }
    }

    private func resume(_ exchange: Exchange) {
        exchange.client?.isSuspended = false
        exchange.connection.resume()
        suspended.subtract(1, ordering: .releasing)
    }

    /// Whether a request is to begin in a later turn, as this one has become too long: then its
    /// connection is suspended, and its handler called again.
    ///
    /// So the requests that cost something do not hold up those that cost nothing, as /health.
    func putsOff(_ exchange: Exchange) -> Bool {
        begun += 1
        // The clock is asked now and then.
        if !isTired, begun % 16 == 0 { isTired = clock() > now + Self.longestTurn }
        guard isTired else { return false }
        suspend(exchange)
        ready.append(exchange)
        return true
    }
}
