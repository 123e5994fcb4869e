import CLinux
import Glibc
import Synchronization

/// The question whether the worker answers over HTTP, put to it the way a client would.
///
/// Thread-safe; one probe runs at a time. One connection is kept open, so that neither a full
/// backlog nor a lack of descriptors makes a worker look dead that still serves its clients. Any
/// whole answer counts, whatever its status: a worker that refuses is not one that hangs.
package final class SelfProbe: Sendable {
    private enum Outcome {
        case answered(isKept: Bool)
        /// The other side closed the connection before it answered.
        case closed
        case silent
    }

    // Of this host name no access policy has an opinion, and any port may follow it.
    private static let request = Array("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)

    /// The socket that the worker listens on, whoever bound it; the caller's.
    private let listening: Int32
    private let connection = Mutex<Int32>(-1)

    /// Makes a probe of the worker behind a listening socket of this process.
    ///
    /// The descriptor stays the caller's and open until the last probe. Of a socket that several
    /// processes accept from, a probe may ask another one.
    package init(listening: Int32) {
        self.listening = listening
    }

    deinit {
        let connection = connection.withLock { $0 }
        if connection >= 0 { close(connection) }
    }

    /// Asks, and waits for the whole answer until a moment of `MonotonicClock`; false where none came.
    ///
    /// A Unix socket whose file is gone counts as an answer while there is no other: no client can
    /// ask, and a restart of the worker alone, whose socket is inherited, would not change that.
    package func probe(deadlineNanoseconds: UInt64) -> Bool {
        connection.withLock { connection in
            // A kept connection may have been closed while it was idle; that is no answer yet.
            if connection >= 0 {
                switch ask(&connection, deadlineNanoseconds) {
                case .answered: return true
                case .silent: return false
                case .closed: break
                }
            }
            guard let new = connect(deadlineNanoseconds) else { return errno == ENOENT }
            connection = new
            if case .answered = ask(&connection, deadlineNanoseconds) { return true }
            return false
        }
    }

    private func connect(_ deadline: UInt64) -> Int32? {
        // Zero would mean no limit at all.
        let milliseconds = max(1, Int(MonotonicClock.milliseconds(until: deadline)))
        var limit = timeval(
            tv_sec: milliseconds / 1_000, tv_usec: milliseconds % 1_000 * 1_000)
        let descriptor = unsafe clinux_connect_to_own(listening, &limit)
        return descriptor < 0 ? nil : descriptor
    }

    /// Asks over a connection, and closes it where it cannot be used again.
    private func ask(_ connection: inout Int32, _ deadline: UInt64) -> Outcome {
        let outcome = exchange(connection, deadline)
        if case .answered(isKept: true) = outcome { return outcome }
        close(connection)
        connection = -1
        return outcome
    }

    private func exchange(_ connection: Int32, _ deadline: UInt64) -> Outcome {
        let count = unsafe send(
            connection, Self.request, Self.request.count, Int32(MSG_NOSIGNAL))
        guard count == Self.request.count else { return .closed }
        var reply = ProbeReply()
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while Poll.wait(connection, for: Int16(POLLIN), deadlineNanoseconds: deadline) {
            let flags = Int32(MSG_DONTWAIT)
            let count = unsafe recv(connection, &buffer, buffer.count, flags)
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count > 0 else { return .closed }
            switch reply.take(buffer[..<count]) {
            case .incomplete: continue
            case .complete(let isKept): return .answered(isKept: isKept)
            case .broken: return .closed
            }
        }
        return .silent
    }
}
