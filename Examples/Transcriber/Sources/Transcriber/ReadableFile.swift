import Glibc
import WorkerSDK

/// An open regular file, read from front to back.
final class ReadableFile {
    let path: String
    let byteCount: Int
    /// The offset that is read next.
    private(set) var offset = 0

    private let descriptor: Int32

    /// Opens a file; never waits, not even for a FIFO.
    ///
    /// - Throws: `PluginError` if it is not there, not readable, or no regular file.
    init(_ path: String) throws {
        guard !path.utf8.contains(0) else {
            throw PluginError(.invalidArgument, "path: expected no NUL character")
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else {
            let reason = String(cString: strerror(errno))
            throw PluginError(.invalidArgument, "\(path): cannot be opened: \(reason)")
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            let kind = Self.kind(status.st_mode)
            throw PluginError(.invalidArgument, "\(path): expected a file, found \(kind)")
        }
        self.path = path
        self.descriptor = descriptor
        byteCount = Int(status.st_size)
    }

    deinit {
        close(descriptor)
    }

    /// An error about this file, for the caller that asked for it.
    func unusable(_ text: String) -> PluginError {
        PluginError(.invalidArgument, "\(path): \(text)")
    }

    /// Reads exactly so many bytes.
    ///
    /// - Throws: `PluginError` if there are fewer.
    func read(_ count: Int) throws -> [UInt8] {
        let bytes = try peek(count)
        skip(count)
        return bytes
    }

    /// Reads exactly so many bytes, and leaves them to be read again.
    ///
    /// - Throws: `PluginError` if there are fewer.
    func peek(_ count: Int) throws -> [UInt8] {
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = pread(
                    descriptor, buffer.baseAddress?.advanced(by: filled), count - filled,
                    offset + filled)
                if got > 0 { filled += got } else if got == 0 || errno != EINTR { break }
            }
        }
        guard bytes.count == count else {
            throw unusable("expected \(count) bytes at \(offset), found \(bytes.count)")
        }
        return bytes
    }

    /// Leaves out bytes.
    func skip(_ count: Int) {
        offset += count
    }

    private static func kind(_ mode: mode_t) -> String {
        switch mode & S_IFMT {
        case S_IFDIR: "a directory"
        case S_IFIFO: "a pipe"
        case S_IFSOCK: "a socket"
        default: "a device"
        }
    }
}
