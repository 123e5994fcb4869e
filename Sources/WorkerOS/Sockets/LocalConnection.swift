import CLinux
import Glibc
package import WorkerCore
import WorkerThreads

/// A client's connection to a port of this machine, each of whose waits has an end.
///
/// For one thread; closed when it goes.
package final class LocalConnection {
    /// What has come.
    package enum Received {
        case bytes(ArraySlice<UInt8>)
        /// The other side has closed it, or reset it.
        case end
        /// Nothing, until the moment.
        case nothing
    }

    private let descriptor: Int32
    private var room = [UInt8](repeating: 0, count: 64 << 10)

    /// Connects to a port on 127.0.0.1; nil where nothing listens.
    ///
    /// The corresponding C function is `connect`.
    package init?(port: UInt16) {
        var problem: UnsafePointer<CChar>?
        unsafe descriptor = clinux_connect_tcp("127.0.0.1", "\(port)", &problem)
        guard descriptor >= 0 else { return nil }
        guard clinux_nonblocking(descriptor) == 0 else { return nil }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Sends all of some bytes; false where the other side has not taken them by a moment, or is gone.
    ///
    /// The corresponding C function is `send`.
    package func send(_ bytes: [UInt8], until deadline: Moment) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes[sent...].withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count > 0 {
                sent += count
            } else if errno == EAGAIN {
                guard Poll.wait(descriptor, for: .writable, until: deadline) else { return false }
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }

    /// Takes what has come, or waits for it until a moment.
    ///
    /// The corresponding C function is `recv`.
    package func receive(until deadline: Moment) -> Received {
        while Poll.wait(descriptor, until: deadline) {
            let count = unsafe room.withUnsafeMutableBytes {
                unsafe recv(descriptor, $0.baseAddress, $0.count, 0)
            }
            if count > 0 { return .bytes(room[..<count]) }
            if count == 0 || (errno != EAGAIN && errno != EINTR) { return .end }
        }
        return .nothing
    }
}
