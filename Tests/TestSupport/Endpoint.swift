import Glibc

/// Where a server listens.
public enum Endpoint: Sendable {
    /// A port of 127.0.0.1.
    case tcp(UInt16)
    /// A port of another IPv4 address, whose first octet is in the highest byte.
    case ipv4(UInt32, UInt16)
    /// A socket file.
    case unix(String)

    /// Connects, or says why not.
    ///
    /// `receiveBuffer`, in bytes, keeps the kernel from taking in more and more for a slow reader.
    public func connect(receiveBuffer: Int32? = nil) throws -> Descriptor {
        let failure = "connect to \(self)"
        let socket: Descriptor
        let result: Int32
        switch self {
        case .tcp(let port):
            return try Endpoint.ipv4(Self.loopback, port).connect(receiveBuffer: receiveBuffer)
        case .ipv4(let address, let port):
            socket = try Self.socket(AF_INET)
            if let receiveBuffer { Self.set(SO_RCVBUF, SOL_SOCKET, to: receiveBuffer, of: socket) }
            let raw = socket.raw
            result = unsafe Self.withAddress(address, port) { unsafe Glibc.connect(raw, $0, $1) }
        case .unix(let path):
            socket = try Self.socket(AF_UNIX)
            let raw = socket.raw
            result = try unsafe Self.withPath(path) { unsafe Glibc.connect(raw, $0, $1) }
        }
        guard result == 0 else { throw TestFailure("\(failure): \(errorText())") }
        if case .ipv4 = self { Self.set(TCP_NODELAY, Int32(IPPROTO_TCP), to: 1, of: socket) }
        return socket
    }

    /// Sets a socket option that is a number.
    static func set(
        _ option: Int32, _ level: Int32, to value: Int32, of socket: Descriptor
    ) {
        var value = value
        let size = socklen_t(MemoryLayout<Int32>.size)
        unsafe setsockopt(socket.raw, level, option, &value, size)
    }

    /// How many bytes the sockets of a connection can hold, the receiver's with `receiveBuffer`.
    ///
    /// The kernel doubles that number, and lets the sender's grow up to its limit for all sockets.
    public static func capacity(receiveBuffer: Int32) throws -> Int {
        let path = "/proc/sys/net/ipv4/tcp_wmem"
        let file = try Descriptor(unsafe open(path, O_RDONLY | O_CLOEXEC), from: "open \(path)")
        let text = String(decoding: try file.read(), as: UTF8.self)
        guard let limit = text.split(whereSeparator: \.isWhitespace).last.flatMap({ Int($0) })
        else {
            throw TestFailure("no numbers in \(path): \(text)")
        }
        return limit + 2 * Int(receiveBuffer)
    }

    /// Makes a stream socket of `family`, closed on exec.
    static func socket(_ family: Int32) throws -> Descriptor {
        ignoreBrokenPipes()
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        return try Descriptor(Glibc.socket(family, type, 0), from: "socket")
    }

    /// 127.0.0.1.
    static let loopback: UInt32 = 0x7f00_0001

    /// An address by which other machines may reach this one; nil where it has none.
    public static let outward: UInt32? = {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard unsafe getifaddrs(&first) == 0 else { return nil }
        defer { unsafe freeifaddrs(first) }
        var next = unsafe first
        while let entry = unsafe next?.pointee {
            unsafe next = entry.ifa_next
            guard let name = unsafe entry.ifa_addr,
                unsafe name.pointee.sa_family == sa_family_t(AF_INET)
            else { continue }
            let address = unsafe name.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                unsafe UInt32(bigEndian: $0.pointee.sin_addr.s_addr)
            }
            if address >> 24 != 127 { return address }
        }
        return nil
    }()

    /// Calls `body` with the address of `port` on 127.0.0.1.
    static func withLoopback(
        _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        unsafe withAddress(loopback, port, body)
    }

    private static func withAddress(
        _ host: UInt32, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr = in_addr(s_addr: in_addr_t(host).bigEndian)
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// Calls `body` with the address of the socket file at `path`.
    static func withPath(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw TestFailure("too long for a socket: \(path)")
        }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}

/// Makes writing to a closed socket an error instead of the end of the test run.
public func ignoreBrokenPipes() { _ = signal(SIGPIPE, SIG_IGN) }
