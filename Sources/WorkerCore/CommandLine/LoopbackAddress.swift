/// An address that only this machine can reach.
package enum LoopbackAddress: Sendable, Equatable, CustomStringConvertible {
    /// An address of 127.0.0.0/8, the first octet in the highest byte.
    case ipv4(UInt32)
    /// The one IPv6 loopback address, `::1`.
    case ipv6

    /// 127.0.0.1, the address that hosts connect to.
    package static let standard = LoopbackAddress.ipv4(0x7f00_0001)

    /// Reads `localhost`, `::1` (also in brackets) or four decimal octets of which the first is 127.
    ///
    /// Short forms such as `127.1` and octets with leading zeros are refused: what they mean
    /// depends on who reads them.
    package init?(_ text: String) {
        switch text.lowercased() {
        case "localhost": self = .standard
        case "::1", "[::1]", "0:0:0:0:0:0:0:1": self = .ipv6
        default:
            guard let address = Self.dottedQuad(text), address >> 24 == 127 else { return nil }
            self = .ipv4(address)
        }
    }

    package var description: String {
        switch self {
        case .ipv4(let address):
            [24, 16, 8, 0].map { String(address >> UInt32($0) & 0xff) }.joined(separator: ".")
        case .ipv6: "::1"
        }
    }

    private static func dottedQuad(_ text: String) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var address: UInt32 = 0
        for part in parts {
            guard let octet = UInt8(part), String(octet) == part else { return nil }
            address = address << 8 | UInt32(octet)
        }
        return address
    }
}

/// Where the socket that the worker serves comes from.
package enum SocketSource: Sendable, Equatable {
    /// The worker binds this address and port itself; port 0 is any free one.
    case bind(LoopbackAddress, UInt16)
    /// The socket was inherited under this descriptor and listens already.
    case inherited(Int32)

    /// The first descriptor that systemd hands over, by the LISTEN_FDS protocol.
    package static let firstActivated: Int32 = 3
}
