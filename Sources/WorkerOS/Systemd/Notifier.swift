import CLinux
import Glibc

/// What the worker tells the service manager about itself, by the protocol of `sd_notify`.
///
/// Thread-safe. Each message is one datagram to `$NOTIFY_SOCKET`; without that variable nothing is
/// sent. Nothing here waits but `ready`. Every method returns whether the message was taken, which
/// is also true where nobody wants it.
package final class Notifier: Sendable {
    /// The path or abstract name, which `@` begins; nil where nobody wants to be told.
    private let name: String?
    private let descriptor: Int32

    /// Makes a notifier from the copied environment; what is no Unix socket (`vsock:`) is ignored.
    ///
    /// The corresponding C function is `sd_notify`.
    package init(environment: Environment) {
        let name = environment["NOTIFY_SOCKET"].flatMap {
            $0.first == "/" || $0.first == "@" ? $0 : nil
        }
        let type = Int32(
            bitPattern: SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        // Kept open: a worker whose plugin has used up all descriptors can still speak.
        descriptor = name == nil ? -1 : socket(AF_UNIX, type, 0)
        self.name = name
        if name != nil { _ = connect() }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Says that the worker serves; `systemctl start` returns with it.
    ///
    /// Waits up to a second for a manager whose queue is full, since a worker that is not known to
    /// be ready is ended.
    @discardableResult
    package func ready(status: String) -> Bool {
        let deadline = MonotonicClock.now() + 1_000_000_000
        return send("READY=1\nSTATUS=\(NotifyText.line(status))", deadlineNanoseconds: deadline)
    }

    /// Says what the worker does, for `systemctl status`.
    @discardableResult
    package func status(_ text: String) -> Bool { send("STATUS=\(NotifyText.line(text))") }

    /// Says that the worker ends, and how long that may take, whatever TimeoutStopSec= is.
    @discardableResult
    package func stopping(status: String, microseconds: UInt64) -> Bool {
        send(
            "STOPPING=1\nSTATUS=\(NotifyText.line(status))\nEXTEND_TIMEOUT_USEC=\(microseconds)")
    }

    /// Says that the worker ends by itself because something failed; `errno` 0 tells no number.
    @discardableResult
    package func failed(status: String, errno: Int32 = 0) -> Bool {
        let line = "STATUS=\(NotifyText.line(status))"
        return send(errno > 0 ? "\(line)\nERRNO=\(errno)" : line)
    }

    /// Says that the worker lives; due at each `WatchdogInterval.ping`.
    @discardableResult
    package func watchdog() -> Bool { send("WATCHDOG=1") }

    /// Asks that starting or ending may take this long from now on, where its time-out is shorter.
    @discardableResult
    package func extendTimeout(microseconds: UInt64) -> Bool {
        send("EXTEND_TIMEOUT_USEC=\(microseconds)")
    }

    private func connect() -> Bool {
        guard let name else { return false }
        return unsafe clinux_connect_unix(descriptor, name, name.utf8.count) == 0
    }

    private func send(_ text: String, deadlineNanoseconds: UInt64 = 0) -> Bool {
        guard name != nil else { return true }
        let bytes = Array(text.utf8)
        let flags = Int32(MSG_DONTWAIT | MSG_NOSIGNAL)
        var isFresh = false
        while true {
            if unsafe Glibc.send(descriptor, bytes, bytes.count, flags) >= 0 { return true }
            switch errno {
            case EINTR: continue
            case EAGAIN where MonotonicClock.now() < deadlineNanoseconds:
                _ = Poll.wait(
                    descriptor, for: Int16(POLLOUT), deadlineNanoseconds: deadlineNanoseconds)
            case ECONNREFUSED where !isFresh, ENOTCONN where !isFresh, ECONNRESET where !isFresh:
                // A manager that was replaced has a new socket under the name.
                isFresh = true
                guard connect() else { return false }
            default: return false
            }
        }
    }
}
