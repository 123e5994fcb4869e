import CLinux
import Glibc
import Synchronization
import WorkerCore
import WorkerThreads

/// A descriptor that lines are written to without ever waiting, unless asked to.
///
/// The descriptor belongs to the caller, and its open file description, which other processes may
/// share, stays as it is: a pipe or terminal is opened once more, non-blocking.
final class LineSink: LogSink {
    private enum Kind {
        /// A file or device that takes everything.
        case file
        case socket
        /// Opened by this object, with its own non-blocking description.
        case nonblocking
        /// A pipe that may not be opened again: after a look with `poll` it takes this many bytes.
        case blocking
        case broken
    }

    private let descriptor: Int32
    private let kind: Kind
    /// The caller's, which stands in if a plugin closes the sink's own.
    private let original: Int32
    /// What the sink's own leads to, and whether a plugin has closed or replaced it.
    private let identity: FileIdentity?
    private let isLost = Atomic<Bool>(false)

    /// Makes a sink of a descriptor; `reopens` is false for tests alone.
    init(descriptor: Int32, reopens: Bool = true) {
        original = descriptor
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            (self.descriptor, kind, identity) = (descriptor, .broken, nil)
            return
        }
        switch status.st_mode & S_IFMT {
        case S_IFSOCK: (self.descriptor, kind) = (descriptor, .socket)
        case S_IFREG, S_IFBLK: (self.descriptor, kind) = (descriptor, .file)
        case S_IFCHR where isatty(descriptor) == 0:
            (self.descriptor, kind) = (descriptor, .file)
        default:
            let flags = O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY
            let own = unsafe reopens ? open("/proc/self/fd/\(descriptor)", flags) : -1
            (self.descriptor, kind) = own < 0 ? (descriptor, .blocking) : (own, .nonblocking)
        }
        identity = FileIdentity(self.descriptor)
    }

    deinit {
        if kind == .nonblocking, isWhole { close(descriptor) }
    }

    /// Whether the descriptor is still what it was; if not, the caller's stands in from now on.
    var isWhole: Bool {
        guard kind == .nonblocking else { return true }
        if let identity, !identity.isWhole { isLost.store(true, ordering: .relaxed) }
        return !isLost.load(ordering: .relaxed)
    }

    /// Writes what can be taken at once, and returns how many bytes that was.
    ///
    /// If they can never be read, all bytes count as taken, whatever a plugin has done with
    /// SIGPIPE. The corresponding C function is `write`.
    func write(_ bytes: Span<UInt8>) -> Int {
        while true {
            let count = unsafe bytes.withUnsafeBytes { bytes in
                switch kind {
                case .broken: bytes.count
                case .nonblocking where isLost.load(ordering: .relaxed):
                    unsafe writePart(bytes)
                case .file, .nonblocking:
                    unsafe clinux_write(descriptor, bytes.baseAddress, bytes.count)
                case .socket:
                    unsafe send(
                        descriptor, bytes.baseAddress, bytes.count,
                        Int32(MSG_DONTWAIT | MSG_NOSIGNAL))
                case .blocking: unsafe writePart(bytes)
                }
            }
            if count < 0, errno == EBADF, !isWhole { continue }
            if count >= 0 { return count }
            if errno == EAGAIN { return 0 }
            if errno != EINTR { return bytes.count }
        }
    }

    /// Writes what a pipe takes at once after a look at it.
    private func writePart(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard Poll.wait(original, for: .writable, until: .zero) else { return 0 }
        let count = unsafe clinux_write(
            original, bytes.baseAddress, min(bytes.count, Int(PIPE_BUF)))
        guard count < 0 else { return count }
        return errno == EINTR || errno == EAGAIN ? 0 : bytes.count
    }

    /// Waits until something can be taken, or until a moment; false for the latter.
    func waitUntilWritable(until deadline: Moment) -> Bool {
        Poll.wait(isWhole ? descriptor : original, for: .writable, until: deadline)
    }
}
