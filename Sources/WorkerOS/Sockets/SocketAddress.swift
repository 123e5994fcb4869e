import Glibc
import WorkerCore

/// The address that a socket is bound to.
enum SocketAddress: Equatable {
    case ip(IPAddress, port: UInt16)
    case unix
    case other(family: Int32)

    /// Reads the address that a socket is bound to; nil where the descriptor is no socket.
    ///
    /// The corresponding C function is `getsockname`.
    init?(of descriptor: Int32) {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = unsafe withUnsafeMutablePointer(to: &storage) { storage in
            unsafe storage.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(descriptor, $0, &length)
            }
        }
        guard status == 0 else { return nil }
        switch Int32(storage.ss_family) {
        case AF_INET:
            let address = leading(storage, as: sockaddr_in.self)
            self = .ip(
                .ipv4(UInt32(bigEndian: address.sin_addr.s_addr)),
                port: UInt16(bigEndian: address.sin_port))
        case AF_INET6:
            let address = leading(storage, as: sockaddr_in6.self)
            let bytes = unsafe withUnsafeBytes(of: address.sin6_addr) { unsafe Array($0) }
            guard let ip = IPAddress(bytes: bytes) else { return nil }
            self = .ip(ip, port: UInt16(bigEndian: address.sin6_port))
        case AF_UNIX: self = .unix
        case let family: self = .other(family: family)
        }
    }

    /// Whether only this machine can reach the address over the network protocols.
    var isLoopback: Bool { ip?.isLoopback ?? false }

    /// The address of IPv4 or IPv6, or nil where the family knows none.
    var ip: IPAddress? { if case .ip(let address, port: _) = self { address } else { nil } }

    /// The port, or nil where the family knows none.
    var port: UInt16? {
        if case .ip(_, let port) = self { port } else { nil }
    }
}

/// Reads the leading bytes of a socket address as one of a family.
private func leading<Address>(_ storage: sockaddr_storage, as type: Address.Type) -> Address {
    unsafe withUnsafeBytes(of: storage) { unsafe $0.load(as: type) }
}

/// Makes a socket that is closed on exec, and never waits; -1 with `errno` where there is none.
///
/// The corresponding C function is `socket`.
func makeSocket(_ family: Int32, _ type: __socket_type) -> Int32 {
    let flags = SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
    return socket(family, Int32(bitPattern: type.rawValue | flags), 0)
}

/// Why there is no socket to serve.
package enum SocketError: Error, Equatable, CustomStringConvertible {
    case cannotCreate(SystemError)
    /// The address or port cannot be had, found at bind or at listen; a taken port is EADDRINUSE.
    case cannotListen(host: String, port: UInt16, SystemError)
    case cannotListenOnInherited(Int32, SystemError)
    case cannotListenAt(path: String, SocketPathError)
    case cannotKnowPeers(SystemError)
    case notOpen(Int32)
    case notSocket(Int32)
    case notStream(Int32)
    case wrongFamily(Int32, family: Int32)
    case notListening(Int32)
    /// It stands in the place of a standard stream, and nothing can be put there instead.
    case cannotMove(Int32, SystemError)

    package var description: String {
        switch self {
        case .cannotCreate(let error): "no socket can be made: \(error)"
        case .cannotListen(let host, let port, let error):
            "cannot listen on host \(host), port \(port): \(error)"
        case .cannotListenOnInherited(let descriptor, let error):
            "cannot listen on inherited descriptor \(descriptor): \(error)"
        case .cannotListenAt(let path, let error): "cannot listen on unix:\(path): \(error)"
        case .cannotKnowPeers(let error):
            "the users behind connections cannot be found out (--allow-user, NETLINK_SOCK_DIAG): "
                + "\(error)"
        case .notOpen(let descriptor): "inherited descriptor \(descriptor) is not open"
        case .notSocket(let descriptor): "inherited descriptor \(descriptor) is not a socket"
        case .notStream(let descriptor):
            "inherited descriptor \(descriptor) is a socket, but not a stream socket"
        case .wrongFamily(let descriptor, let family):
            "inherited descriptor \(descriptor) is a socket of address family \(family), "
                + "neither IPv4, IPv6 nor Unix"
        case .notListening(let descriptor):
            "inherited descriptor \(descriptor) is a socket that does not listen"
        case .cannotMove(let descriptor, let error):
            "inherited descriptor \(descriptor) cannot be replaced by /dev/null: \(error)"
        }
    }
}
