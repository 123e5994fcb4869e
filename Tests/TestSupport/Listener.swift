import Glibc

/// A socket of the tests' own on 127.0.0.1: a port that is taken, or one to hand to a worker.
public final class Listener: Sendable {
    /// The socket.
    public let descriptor: Descriptor
    /// Its port.
    public let port: UInt16

    /// Binds `port`, 0 for any, and listens unless told not to.
    ///
    /// One that does not listen keeps a port free for the worker, which may bind it as well.
    public init(port: UInt16 = 0, listening: Bool = true) throws {
        descriptor = try Endpoint.socket(AF_INET)
        if !listening { Endpoint.set(SO_REUSEADDR, SOL_SOCKET, to: 1, of: descriptor) }
        let raw = descriptor.raw
        guard unsafe Endpoint.withLoopback(port, { unsafe bind(raw, $0, $1) }) == 0 else {
            throw TestFailure("bind \(port): \(errorText())")
        }
        if listening {
            guard listen(raw, 64) == 0 else { throw TestFailure("listen: \(errorText())") }
        }
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(raw, $0, &size)
            }
        }
        self.port = UInt16(bigEndian: address.sin_port)
    }

    /// A socket that listens at `path`, to hand to a worker.
    public static func unix(_ path: String) throws -> Descriptor {
        let socket = try Endpoint.socket(AF_UNIX)
        let raw = socket.raw
        guard try unsafe Endpoint.withPath(path, { unsafe bind(raw, $0, $1) }) == 0,
            listen(raw, 64) == 0
        else { throw TestFailure("listen at \(path): \(errorText())") }
        return socket
    }

    /// Accepts the next connection.
    public func accept(within milliseconds: Int = Deadline.patience) throws -> Descriptor {
        let deadline = Deadline(milliseconds: milliseconds)
        try descriptor.wait(for: POLLIN, "a connection", until: deadline)
        return try Descriptor(Glibc.accept(descriptor.raw, nil, nil), from: "accept")
    }
}
