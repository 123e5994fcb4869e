internal import Synchronization
internal import WorkerCalls
internal import WorkerCore
internal import WorkerJSON
internal import WorkerThreads

/// The lines of one stream between the plugin, which offers them, and the HTTP thread, which
/// takes them; bounded, so that a slow client holds back its own plugin call and costs no memory.
///
/// The lock is held for the exchange or copy of buffers that exist already: memory is allocated
/// and freed outside.
final class StreamPipe: Sendable {
    private struct State: ~Copyable {
        var ready = ByteBuffer()
        var isClosed = false
        var isDropped = false
        var waiters = 0
        var end: StreamEnd?
        /// The connection is suspended, or about to be, until there are lines or the end.
        var isWaiting = false
    }

    private let state = Mutex(State())
    private let limit: Int
    private let room = Semaphore()

    /// Makes an empty pipe; `limit` bytes may wait before an offer is answered `.full`.
    init(limit: Int) { self.limit = limit }

    /// Takes lines of the plugin; never waits.
    ///
    /// Empty afterwards if they were taken.
    func offer(_ lines: inout ByteBuffer) -> StreamOffer { put(&lines, limit: limit) }

    private func put(_ lines: inout ByteBuffer, limit: Int) -> StreamOffer {
        var spare = ByteBuffer()
        while true {
            var needed = 0
            let offer = state.withLock { state -> StreamOffer? in
                // The last lines of a stream that was cancelled are still sent.
                if state.isDropped || (state.isClosed && limit != .max) { return .closed }
                if lines.count == 0 { return .taken }
                if state.ready.count == 0 {
                    swap(&state.ready, &lines)
                } else if state.ready.count >= limit {
                    return .full
                } else if state.ready.count + lines.count <= state.ready.capacity {
                    append(lines, to: &state.ready)
                } else if state.ready.count + lines.count <= spare.capacity {
                    append(state.ready, to: &spare)
                    append(lines, to: &spare)
                    swap(&state.ready, &spare)
                } else {
                    needed = state.ready.count + lines.count
                    return nil
                }
                lines.removeAll(keepingCapacity: true)
                return exchange(&state.isWaiting, false) ? .takenAndWaking : .taken
            }
            if let offer { return offer }
            // The buffer is too small for what has gathered: make a larger one, and try again.
            guard spare.reserve(max(needed, min(self.limit * 2, needed * 2))) else {
                return .closed
            }
        }
    }

    /// Waits until the client has taken what waited, or wants no more lines.
    func waitForRoom() {
        let mustWait = state.withLock { state in
            guard !state.isClosed, state.ready.count >= limit else { return false }
            state.waiters += 1
            return true
        }
        if mustWait { room.wait() }
    }

    /// Ends the stream behind the last lines.
    ///
    /// - Returns: whether the caller has to wake the exchange.
    func finish(_ lines: consuming ByteBuffer, _ end: StreamEnd) -> Bool {
        var last = lines
        let offer = put(&last, limit: .max)
        let isAsleep = state.withLock { state in
            state.end = end
            return exchange(&state.isWaiting, false)
        }
        if case .takenAndWaking = offer { return true }
        return isAsleep
    }

    /// No more lines are taken: offers are answered `.closed`, and waiters return.
    func close() {
        let waiters = state.withLock { state in
            state.isClosed = true
            defer { state.waiters = 0 }
            return state.waiters
        }
        for _ in 0..<waiters { room.signal() }
    }

    /// The client has gone away: like `close`, and the HTTP thread is to end the connection.
    ///
    /// - Returns: whether the caller has to wake the exchange.
    func drop() -> Bool {
        close()
        return state.withLock { state in
            state.isDropped = true
            return exchange(&state.isWaiting, false)
        }
    }

    /// What the HTTP thread finds.
    enum Taking {
        case dropped
        case lines
        case ended(StreamEnd)
    }

    /// Exchanges an empty buffer for the lines that wait; on the HTTP thread.
    ///
    /// - Returns: nil where there is nothing yet: the caller suspends the connection.
    func take(_ buffer: inout ByteBuffer) -> Taking? {
        let (taking, waiters) = state.withLock { state -> (Taking?, Int) in
            if state.isDropped { return (.dropped, 0) }
            if state.ready.count > 0 {
                swap(&state.ready, &buffer)
                defer { state.waiters = 0 }
                return (.lines, state.waiters)
            }
            if let end = state.end { return (.ended(end), 0) }
            state.isWaiting = true
            return (nil, 0)
        }
        for _ in 0..<waiters { room.signal() }
        return taking
    }
}

/// Appends a buffer to one that has room for it.
private func append(_ bytes: borrowing ByteBuffer, to buffer: inout ByteBuffer) {
    let isDone = buffer.append(bytes)
    precondition(isDone, "there was room")
}

/// How a stream ended; the value of the trailer `X-Stream-End`.
enum StreamEnd: String, Sendable {
    case complete
    case error
    case cancelled
}
