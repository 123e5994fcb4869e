import Glibc
import Synchronization
import WorkerOS

/// The manager's end of `$NOTIFY_SOCKET`.
final class NotifyReceiver: Sendable {
    /// What the variable says.
    let name: String
    private let descriptor: Int32
    private let folder: TemporaryFolder?
    private let isOpen = Mutex(true)

    convenience init(isAbstract: Bool = false) throws(SystemError) {
        let folder = TemporaryFolder()
        try self.init(
            name: isAbstract ? "@\(folder.path)" : folder.path("notify"), folder: folder)
    }

    /// Binds a path anew, whatever was bound to it before.
    convenience init(path: String) throws(SystemError) {
        unsafe unlink(path)
        try self.init(name: path, folder: nil)
    }

    private init(name: String, folder: TemporaryFolder?) throws(SystemError) {
        self.name = name
        self.folder = folder
        let type = Int32(bitPattern: SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue)
        descriptor = socket(AF_UNIX, type, 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let isAbstract = name.hasPrefix("@")
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { path in
            unsafe path.copyBytes(from: name.utf8)
            if isAbstract { unsafe path[0] = 0 }
        }
        let size =
            MemoryLayout<sa_family_t>.size + name.utf8.count + (isAbstract ? 0 : 1)
        let status = unsafe withUnsafePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, socklen_t(size))
            }
        }
        guard status == 0 else { throw .last }
    }

    deinit { close() }

    /// The next message; nil where none comes within ten seconds.
    func next() -> String? {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&entry, 1, 10_000) == 1 else { return nil }
        var buffer = [UInt8](repeating: 0, count: 8_192)
        let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
        return count < 0 ? nil : String(decoding: buffer[..<count], as: UTF8.self)
    }

    /// Leaves the name without a receiver.
    func close() {
        isOpen.withLock { isOpen in
            if isOpen { Glibc.close(descriptor) }
            isOpen = false
        }
    }
}
