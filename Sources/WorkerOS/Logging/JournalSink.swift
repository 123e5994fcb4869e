import CLinux
import Glibc
import Synchronization
package import WorkerCore
import WorkerThreads

/// The socket of systemd's journal, to which entries are sent without ever waiting, unless asked to.
///
/// What it is given are entries, each behind its length: so they wait in a queue of bytes like lines.
package final class JournalSink: LogSink {
    /// Where journald listens.
    package static let standardPath = "/run/systemd/journal/socket"
    /// The time between attempts to reach a journal that has gone.
    private static let pause = TimeSpan.seconds(1)

    private let path: String
    private let descriptor: Int32
    private let identity: FileIdentity?
    private let isAbsent = Atomic<Bool>(false)

    /// Connects to the socket at a path.
    ///
    /// The corresponding C function is `sd_journal_sendv`.
    /// - Throws: `SystemError` where no journal listens there.
    package init(path: String = standardPath) throws(SystemError) {
        self.path = path
        descriptor = makeSocket(AF_UNIX, SOCK_DGRAM)
        identity = FileIdentity(descriptor)
        guard descriptor >= 0, connect() else { throw .last }
    }

    deinit {
        if descriptor >= 0, isWhole { close(descriptor) }
    }

    package var isWhole: Bool { identity?.isWhole ?? true }

    /// Puts the length in front of an entry.
    static func framed(_ entry: [UInt8]) -> [UInt8] {
        let length = UInt32(entry.count)
        return (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + entry
    }

    package func write(_ bytes: Span<UInt8>) -> Int {
        var taken = 0
        while taken < bytes.count {
            let start = taken + 4
            let length = (0..<4).reduce(0) { $0 | Int(bytes[taken + $1]) << (8 * $1) }
            guard send(bytes.extracting(start..<start + length)) else { break }
            taken = start + length
        }
        return taken
    }

    package func waitUntilWritable(until deadline: Moment) -> Bool {
        guard isAbsent.load(ordering: .relaxed) else {
            return Poll.wait(descriptor, for: .writable, until: deadline)
        }
        let next = Moment.now() + Self.pause
        _ = Poll.wait(-1, until: min(next, deadline))
        return next <= deadline
    }

    /// Sends an entry; false where it has to be tried again, and true where it can never be sent.
    private func send(_ entry: Span<UInt8>) -> Bool {
        while true {
            let count = unsafe entry.withUnsafeBytes {
                unsafe clinux_journal_send(descriptor, $0.baseAddress, $0.count)
            }
            if count >= 0 {
                isAbsent.store(false, ordering: .relaxed)
                return true
            }
            switch errno {
            case EINTR: continue
            case EAGAIN: return false
            case ECONNREFUSED, ENOTCONN, ECONNRESET, EPIPE, ENOENT:
                // A journal that was started again has a new socket under the name.
                guard connect() else {
                    isAbsent.store(true, ordering: .relaxed)
                    return false
                }
            default: return true
            }
        }
    }

    private func connect() -> Bool {
        unsafe clinux_connect_unix(descriptor, path, path.utf8.count) == 0
    }
}

/// Where the log's bytes go.
package protocol LogSink: Sendable {
    /// Whether a descriptor of the sink's own is still what it was.
    var isWhole: Bool { get }
    /// Writes what can be taken at once, and returns how many bytes that was.
    func write(_ bytes: Span<UInt8>) -> Int
    /// Waits until something can be taken, or until a moment; false for the latter.
    func waitUntilWritable(until deadline: Moment) -> Bool
}
