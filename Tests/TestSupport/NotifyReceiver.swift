import Glibc

/// The service manager's end of `$NOTIFY_SOCKET`.
public final class NotifyReceiver: Sendable {
    /// What the variable says.
    public let name: String
    private let socket: Descriptor
    private let folder: TemporaryFolder?

    /// Binds a path, or an abstract name, of its own.
    public convenience init(isAbstract: Bool = false) throws {
        let folder = try TemporaryFolder()
        try self.init(
            name: isAbstract ? "@\(folder.path)" : folder.file("notify"), folder: folder)
    }

    /// Binds a path anew, whatever was bound to it before.
    public convenience init(path: String) throws {
        unsafe unlink(path)
        try self.init(name: path, folder: nil)
    }

    private init(name: String, folder: TemporaryFolder?) throws {
        self.name = name
        self.folder = folder
        socket = try Self.open()
        let raw = socket.raw
        let status = try unsafe Self.withAddress(name) { unsafe bind(raw, $0, $1) }
        guard status == 0 else { throw TestFailure("bind to \(name): \(errorText())") }
    }

    /// The next message; nil where none comes in time.
    public func next(within milliseconds: Int = Deadline.patience) -> String? {
        nextBytes(atMost: 8_192, within: milliseconds).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The bytes of the next message; nil where none comes in time.
    public func nextBytes(
        atMost count: Int, within milliseconds: Int = Deadline.patience
    ) -> [UInt8]? {
        let deadline = Deadline(milliseconds: milliseconds)
        guard (try? socket.wait(for: POLLIN, "a message", until: deadline)) != nil else {
            return nil
        }
        return try? socket.read(count)
    }

    /// The descriptor that comes with the next message; nil where none does in time.
    public func nextDescriptor() -> Descriptor? {
        let deadline = Deadline(milliseconds: Deadline.patience)
        guard (try? socket.wait(for: POLLIN, "a message", until: deadline)) != nil else {
            return nil
        }
        let raw = socket.raw
        // A header, whose size the ABI says, and one descriptor behind it.
        var control = [UInt64](repeating: 0, count: 8)
        let count = unsafe control.withUnsafeMutableBytes { control in
            var message = unsafe msghdr()
            unsafe message.msg_control = control.baseAddress
            unsafe message.msg_controllen = control.count
            return unsafe recvmsg(raw, &message, 0)
        }
        guard count >= 0, control[0] > 0 else { return nil }
        return try? Descriptor(Int32(truncatingIfNeeded: control[2]), from: "recvmsg")
    }

    /// Fills the queue with `filler`, and returns how many of them it took.
    public func fill(with filler: String = "FILLER=1") throws -> Int {
        let sender = try Self.open()
        let raw = sender.raw
        let status = try unsafe Self.withAddress(name) { unsafe connect(raw, $0, $1) }
        guard status == 0 else { throw TestFailure("connect to \(name): \(errorText())") }
        var count = 0
        while unsafe send(raw, filler, filler.utf8.count, Int32(MSG_DONTWAIT)) >= 0 { count += 1 }
        guard errno == EAGAIN else { throw TestFailure("send: \(errorText())") }
        return count
    }

    /// Leaves the name without a receiver.
    public func close() { socket.shutDown() }

    private static func open() throws -> Descriptor {
        let type = Int32(bitPattern: SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue)
        return try Descriptor(Glibc.socket(AF_UNIX, type, 0), from: "socket")
    }

    private static func withAddress(
        _ name: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws -> Int32 {
        guard name.hasPrefix("@") else { return try unsafe Endpoint.withPath(name, body) }
        // An abstract name begins with a NUL, and is as long as its address says.
        return try unsafe Endpoint.withPath(name) { address, _ in
            let copy = UnsafeMutableRawPointer.allocate(
                byteCount: MemoryLayout<sockaddr_un>.size, alignment: 8)
            defer { unsafe copy.deallocate() }
            unsafe copy.copyMemory(from: address, byteCount: MemoryLayout<sockaddr_un>.size)
            let start = MemoryLayout<sa_family_t>.size
            unsafe copy.storeBytes(of: 0, toByteOffset: start, as: UInt8.self)
            return unsafe body(
                UnsafePointer(copy.assumingMemoryBound(to: sockaddr.self)),
                socklen_t(start + name.utf8.count))
        }
    }
}
