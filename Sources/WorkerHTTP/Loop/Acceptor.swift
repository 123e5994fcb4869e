internal import CMicroHTTPD
private import Glibc
internal import WorkerCore
internal import WorkerThreads

/// Takes connections from the listening sockets, and hands them to libmicrohttpd.
///
/// libmicrohttpd has one listening socket at most. And after a lack of descriptors 0.9.75 takes no
/// connection until one of those that are open is closed, though descriptors may be free again long
/// before: a client that keeps its connection would shut out all others.
///
/// On the HTTP thread only.
@safe final class Acceptor {
    /// How many connections are taken from one socket in a turn.
    private static let mostAtOnce = 10
    /// The time between attempts while there is a lack of descriptors or memory.
    private static let pause = TimeSpan.milliseconds(50)
    /// The number of the first socket's event, which those of clients do not reach.
    private static let firstEvent = EventPoll.guests - 64

    private enum State {
        /// Its events are waited for.
        case watched
        /// Connections wait there, until there is room for them.
        case resting
        /// Nothing is taken from it any more.
        case closed
    }

    private struct Source {
        let listener: ServerOptions.Listener
        var state = State.resting
        /// Whether connections wait, by what the loop has heard last.
        var isReady = false
    }

    private let poll: EventPoll
    /// How many connections there may be at once.
    private let limit: Int
    private var sources: [Source]
    /// Whether one of them may be ready: a look at that costs less than at all.
    private var isAnyReady = false
    /// Whether they rest because the limit is reached.
    private var isFull = false
    /// Whether it has been told that connections cannot be accepted, and some may wait still.
    private var isStuck = false
    /// When those that rest for a lack of descriptors are tried again.
    private(set) var moment = Moment.never

    init(_ options: ServerOptions, _ poll: EventPoll) {
        self.poll = poll
        limit = options.mostConnections
        sources = options.listeners.map { Source(listener: $0) }
        for listener in options.listeners {
            let flags = fcntl(listener.descriptor, F_GETFL)
            if flags & O_NONBLOCK == 0 {
                _ = fcntl(listener.descriptor, F_SETFL, flags | O_NONBLOCK)
            }
        }
    }

    /// Waits for connections on all sockets, as there may be room for them.
    func watch() {
        moment = .never
        isFull = false
        for index in sources.indices where sources[index].state == .resting {
            sources[index].state = .watched
            poll.add(
                sources[index].listener.descriptor, Self.firstEvent + UInt64(index), for: .readable)
        }
    }

    /// Notes what has happened; false where that is no event of a listening socket's.
    func happened(_ number: UInt64) -> Bool {
        guard number >= Self.firstEvent, number < EventPoll.guests else { return false }
        sources[Int(number - Self.firstEvent)].isReady = true
        isAnyReady = true
        return true
    }

    /// A connection has been closed.
    func connectionIsClosed() { if isFull { watch() } }

    /// Takes connections that wait.
    ///
    /// - Parameters:
    ///   - now: the present.
    ///   - daemon: libmicrohttpd's, which gets them.
    ///   - count: how many connections there are.
    /// - Returns: whether it is to be told that connections cannot be accepted.
    func accept(_ now: Moment, _ daemon: OpaquePointer, count: () -> Int) -> Bool {
        if now >= moment { watch() }
        guard isAnyReady else { return false }
        isAnyReady = false
        for index in sources.indices where sources[index].isReady {
            sources[index].isReady = false
            guard sources[index].state == .watched else { continue }
            switch unsafe accept(from: sources[index].listener.descriptor, daemon, count) {
            case .some: break
            case .all: isStuck = false
            case .full:
                isFull = true
                rest()
            case .lack:
                moment = now + Self.pause
                rest()
                return !exchange(&isStuck, true)
            case .broken: leave(index, for: .closed)
            }
        }
        return false
    }

    private enum Outcome {
        /// Some connections have been taken; others may wait.
        case some
        /// None waits any more.
        case all
        /// As many are open as may be.
        case full
        /// There is a lack of descriptors or memory.
        case lack
        /// It is no listening socket, or was shut down by who owns it.
        case broken
    }

    private func accept(
        from descriptor: Int32, _ daemon: OpaquePointer, _ count: () -> Int
    ) -> Outcome {
        for _ in 0..<Self.mostAtOnce {
            guard count() < limit else { return .full }
            switch unsafe uw_mhd_accept(daemon, descriptor) {
            case EAGAIN: return .all
            case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .lack
            case EBADF, ENOTSOCK, EINVAL, EOPNOTSUPP: return .broken
            // Nothing, or the fault of one connection.
            default: continue
            }
        }
        return .some
    }

    /// Takes no more connections from the sockets that outlive this process.
    func closeShared() {
        for index in sources.indices where sources[index].listener.isShared {
            leave(index, for: .closed)
        }
    }

    private func rest() {
        for index in sources.indices where sources[index].state == .watched {
            leave(index, for: .resting)
        }
    }

    private func leave(_ index: Int, for state: State) {
        if sources[index].state == .watched { poll.remove(sources[index].listener.descriptor) }
        sources[index].state = state
    }
}
