import CLinux
import Glibc

/// A regular file that is open for reading at any offset, and closed at the end of its life.
struct RegularFile: ~Copyable {
    private let descriptor: Int32
    /// The size at opening, in bytes.
    let size: UInt64

    /// Opens a file without waiting, whatever it is, and refuses all but regular ones.
    ///
    /// - Throws: `ELFError`.
    init(path: String) throws(ELFError) {
        // O_NONBLOCK: opening a pipe without a writer would wait.
        let flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY
        let descriptor = unsafe clinux_open(path, flags)
        guard descriptor >= 0 else {
            let error = SystemError.last
            switch error.code {
            case ENOENT, ENOTDIR: throw .missing(path: path)
            case ENXIO: throw .notRegularFile(path: path)
            default: throw .unreadable(path: path, error)
            }
        }
        var status = stat()
        let isKnown = unsafe fstat(descriptor, &status) == 0
        guard isKnown, status.st_mode & S_IFMT == S_IFREG else {
            let error = SystemError.last
            close(descriptor)
            if !isKnown { throw .unreadable(path: path, error) }
            if status.st_mode & S_IFMT == S_IFDIR { throw .directory(path: path) }
            throw .notRegularFile(path: path)
        }
        self.descriptor = descriptor
        size = UInt64(max(0, status.st_size))
    }

    deinit {
        close(descriptor)
    }

    /// The first bytes of the file, fewer where it is shorter.
    func bytes(_ count: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = unsafe max(0, pread(descriptor, buffer.baseAddress, count, 0))
        }
    }

    /// Fills a structure without references from the file; false where the file ends before.
    ///
    /// The corresponding C function is `pread`.
    func read<Structure: BitwiseCopyable>(into value: inout Structure, at offset: UInt64) -> Bool {
        guard let offset = off_t(exactly: offset) else { return false }
        return unsafe withUnsafeMutableBytes(of: &value) { bytes in
            unsafe pread(descriptor, bytes.baseAddress, bytes.count, offset) == bytes.count
        }
    }
}
