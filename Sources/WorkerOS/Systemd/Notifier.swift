internal import CLinux
internal import Glibc
internal import Synchronization
package import WorkerCore
internal import WorkerThreads

/// What the worker tells the service manager about itself, by the protocol of `sd_notify`.
///
/// Thread-safe. Each message is one datagram to `$NOTIFY_SOCKET`; without that variable nothing is
/// sent. No method waits but `flush`: what a manager with a full queue does not take is repeated by
/// a thread until it is heard, in the order in which it was said.
package final class Notifier: Sendable {
    private struct Outbox {
        /// Said, and not yet heard; a handful in a life.
        var messages: [[UInt8]] = []
        /// Whether a thread repeats them.
        var isRepeating = false
    }

    private enum Outcome {
        case heard
        /// The manager's queue is full.
        case full
        /// No socket is bound to the name, or the system refuses.
        case absent
    }

    /// The time between attempts to reach a manager that is absent.
    private static let pause = TimeSpan.seconds(1)

    /// The path or abstract name, which `@` begins; nil if there is no manager to be told.
    private let name: String?
    private let descriptor: Int32
    private let outbox = Mutex(Outbox())

    /// Makes a notifier from the copied environment; what names no Unix socket (`vsock:`) is ignored.
    ///
    /// The corresponding C function is `sd_notify`.
    package init(environment: Environment) {
        let limit = MemoryLayout.size(ofValue: sockaddr_un().sun_path)
        let name = environment["NOTIFY_SOCKET"].flatMap { name in
            (name.first == "/" || name.first == "@") && name.utf8.count < limit ? name : nil
        }
        // Kept open: a worker whose plugin has used up all descriptors can still speak.
        descriptor = name == nil ? -1 : makeSocket(AF_UNIX, SOCK_DGRAM)
        self.name = name
        if name != nil { _ = connect() }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Says that the worker serves; `systemctl start` returns with it.
    package func ready(status: String) { tell("READY=1\nSTATUS=\(line(status))") }

    /// Says that the worker ends, and how long that may take, whatever TimeoutStopSec= is.
    package func stopping(status: String, within time: TimeSpan) {
        tell("STOPPING=1\nSTATUS=\(line(status))\nEXTEND_TIMEOUT_USEC=\(time.microseconds)")
    }

    /// Says why the worker ends by itself.
    package func failed(status: String) { tell("STATUS=\(line(status))") }

    /// The descriptor of its socket; nil if there is no manager.
    package var socket: Int32? { descriptor >= 0 ? descriptor : nil }

    /// A text as one line; the manager drops a message of more than 4,096 bytes as a whole.
    private func line(_ text: String) -> String { OneLine.text(text, limit: 1_024) }

    /// Says that the worker lives; false where that was not heard, and is not repeated.
    package func watchdog() -> Bool {
        guard name != nil else { return true }
        return outbox.withLock { outbox in
            deliver(&outbox) == .heard && send(Array("WATCHDOG=1".utf8)) == .heard
        }
    }

    /// Waits until everything was heard, at most to a moment.
    ///
    /// A manager that is absent is not waited for.
    package func flush(until deadline: Moment) {
        while outbox.withLock({ deliver(&$0) }) == .full {
            guard waitUntilWritable(deadline) else { return }
        }
    }

    private func tell(_ text: String) {
        guard name != nil else { return }
        let needsThread = outbox.withLock { outbox in
            outbox.messages.append(Array(text.utf8))
            guard deliver(&outbox) != .heard, !outbox.isRepeating else { return false }
            outbox.isRepeating = true
            return true
        }
        guard needsThread else { return }
        do throws(ThreadError) {
            try NamedThread.start(name: "uw-notify") { self.repeatUntilHeard() }
        } catch {
            // The next message, or sign of life, tries again.
            outbox.withLock { $0.isRepeating = false }
        }
    }

    private func repeatUntilHeard() {
        while true {
            let outcome = outbox.withLock { outbox in
                let outcome = deliver(&outbox)
                outbox.isRepeating = outcome != .heard
                return outcome
            }
            switch outcome {
            case .heard: return
            case .full: _ = waitUntilWritable(.never)
            case .absent:
                _ = Poll.wait(-1, until: .now() + Self.pause)
            }
        }
    }

    /// Sends what waits, in its order, as far as it is taken.
    private func deliver(_ outbox: inout Outbox) -> Outcome {
        while let message = outbox.messages.first {
            let outcome = send(message)
            guard outcome == .heard else { return outcome }
            outbox.messages.removeFirst()
        }
        return .heard
    }

    /// Sends a datagram without waiting; one that can never be sent counts as heard.
    private func send(_ message: [UInt8]) -> Outcome {
        var isFresh = false
        while true {
            let flags = Int32(MSG_DONTWAIT | MSG_NOSIGNAL)
            if unsafe Glibc.send(descriptor, message, message.count, flags) >= 0 { return .heard }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .full
            case EMSGSIZE, EBADF: return .heard
            default:
                // A manager that was replaced has a new socket under the name.
                guard !isFresh, connect() else { return .absent }
                isFresh = true
            }
        }
    }

    private func connect() -> Bool {
        guard let name else { return false }
        return unsafe clinux_connect_unix(descriptor, name, name.utf8.count) == 0
    }

    private func waitUntilWritable(_ deadline: Moment) -> Bool {
        Poll.wait(descriptor, for: .writable, until: deadline)
    }
}

/// How often the service manager wants to hear that the worker lives.
package struct WatchdogInterval: Sendable, Equatable {
    /// The time of silence after which the manager ends the worker.
    package let limit: TimeSpan

    /// The time between two signs of life, half of the limit.
    package var ping: TimeSpan { limit / 2 }

    /// Reads the copied environment; nil if no manager watches this process.
    ///
    /// The corresponding C function is `sd_watchdog_enabled`.
    package init?(environment: Environment, processID: Int32 = getpid()) {
        if let owner = environment["WATCHDOG_PID"], Int32(owner) != processID { return nil }
        guard let text = environment["WATCHDOG_USEC"], let microseconds = UInt64(text),
            microseconds > 0, microseconds < UInt64.max / 1_000
        else { return nil }
        limit = .microseconds(microseconds)
    }
}
