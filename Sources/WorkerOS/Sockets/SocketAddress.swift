import Glibc
import WorkerCore

/// The address that a socket is bound to.
enum SocketAddress: Equatable {
    /// The address in host order.
    case ipv4(UInt32, port: UInt16)
    case ipv6(isLoopback: Bool, port: UInt16)
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
            self = .ipv4(
                UInt32(bigEndian: address.sin_addr.s_addr),
                port: UInt16(bigEndian: address.sin_port))
        case AF_INET6:
            let address = leading(storage, as: sockaddr_in6.self)
            self = .ipv6(
                isLoopback: unsafe withUnsafeBytes(of: address.sin6_addr) {
                    unsafe Self.isLoopback($0)
                },
                port: UInt16(bigEndian: address.sin6_port))
        case AF_UNIX: self = .unix
        case let family: self = .other(family: family)
        }
    }

    /// Whether only this machine can reach the address over the network protocols.
    var isLoopback: Bool {
        switch self {
        case .ipv4(let address, _): address >> 24 == 127
        case .ipv6(let isLoopback, _): isLoopback
        case .unix, .other: false
        }
    }

    /// The port, or nil where the family knows none.
    var port: UInt16? {
        switch self {
        case .ipv4(_, let port), .ipv6(_, let port): port
        case .unix, .other: nil
        }
    }

    /// Whether an IPv6 address is `::1` or an IPv4 loopback address mapped into IPv6.
    private static func isLoopback(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let bytes = unsafe Array(bytes)
        return bytes == Array(repeating: 0, count: 15) + [1]
            || bytes.starts(with: Array(repeating: 0, count: 10) + [0xff, 0xff, 127])
    }
}

/// Reads the leading bytes of a socket address as one of a family.
private func leading<Address>(_ storage: sockaddr_storage, as type: Address.Type) -> Address {
    unsafe withUnsafeBytes(of: storage) { unsafe $0.load(as: type) }
}
