/// An address of IPv4 or IPv6, without a zone.
package enum IPAddress: Sendable, Equatable, CustomStringConvertible {
    /// The first octet is in the highest byte.
    case ipv4(UInt32)
    /// The first of the eight groups is in the highest bits; never an IPv4 address mapped into IPv6.
    case ipv6(UInt128)

    /// 127.0.0.1, the address that hosts connect to.
    package static let standard = IPAddress.ipv4(0x7f00_0001)
    /// ::1.
    package static let ipv6Loopback = IPAddress.ipv6(1)

    /// Takes the 4 or 16 bytes of an address as networks send it; nil for another number of them.
    package init?(bytes: [UInt8]) {
        switch bytes.count {
        case 4: self = .ipv4(bytes.reduce(0) { $0 << 8 | UInt32($1) })
        case 16: self.init(groups: bytes.reduce(0) { $0 << 8 | UInt128($1) })
        default: return nil
        }
    }

    /// Reads four decimal octets, or IPv6 in any of its spellings (RFC 4291, 2.2); nil for all else.
    ///
    /// Short forms such as `127.1` and octets with leading zeros are refused: what they mean depends on
    /// who reads them.
    package init?(_ text: Span<UInt8>) {
        if text.firstIndex(of: UInt8(ascii: ":")) == nil {
            guard let address = Self.dottedQuad(text) else { return nil }
            self = .ipv4(address)
        } else {
            guard let groups = Self.groups(text) else { return nil }
            self.init(groups: groups)
        }
    }

    private init(groups: UInt128) {
        let isMapped = groups >> 32 == 0xffff
        self = isMapped ? .ipv4(UInt32(truncatingIfNeeded: groups)) : .ipv6(groups)
    }

    /// Whether only this machine can reach it.
    package var isLoopback: Bool {
        switch self {
        case .ipv4(let address): address >> 24 == 127
        case .ipv6: self == .ipv6Loopback
        }
    }

    /// The address as it is written best, that of IPv6 by RFC 5952.
    package var description: String {
        switch self {
        case .ipv4(let address):
            [24, 16, 8, 0].map { String(address >> UInt32($0) & 0xff) }.joined(separator: ".")
        case .ipv6(let address): Self.text(address)
        }
    }

    private static func dottedQuad(_ text: Span<UInt8>) -> UInt32? {
        var address: UInt32 = 0
        var start = 0
        for part in 0..<4 {
            let dot = text.firstIndex(of: UInt8(ascii: "."), from: start)
            guard (dot == nil) == (part == 3) else { return nil }
            let end = dot ?? text.count
            guard let octet = number(text.extracting(start..<end), radix: 10, digits: 3),
                octet <= 255, octet == 0 ? end == start + 1 : text[start] != UInt8(ascii: "0")
            else { return nil }
            address = address << 8 | octet
            start = end + 1
        }
        return address
    }

    private static func groups(_ text: Span<UInt8>) -> UInt128? {
        var value: UInt128 = 0
        var count = 0
        /// How many groups stand before `::`.
        var gap: Int?
        var start = 0
        if text.hasPrefix("::") { (gap, start) = (0, 2) }
        while start < text.count {
            let end = text.firstIndex(of: UInt8(ascii: ":"), from: start) ?? text.count
            let part = text.extracting(start..<end)
            if end == text.count, part.firstIndex(of: UInt8(ascii: ".")) != nil {
                guard let quad = dottedQuad(part) else { return nil }
                (value, count) = (value << 32 | UInt128(quad), count + 2)
            } else {
                guard let group = number(part, radix: 16, digits: 4) else { return nil }
                (value, count) = (value << 16 | UInt128(group), count + 1)
            }
            guard count <= 8 else { return nil }
            start = end + 1
            guard start < text.count else {
                if start == text.count { return nil }
                break
            }
            if text[start] == UInt8(ascii: ":") {
                guard gap == nil else { return nil }
                (gap, start) = (count, start + 1)
            }
        }
        guard let gap else { return count == 8 ? value : nil }
        guard count < 8 else { return nil }
        let behind = 16 * (count - gap)
        return (value >> behind) << (128 - 16 * gap) | value & ~(UInt128.max << behind)
    }

    /// The value of one or more digits, up to so many.
    private static func number(_ text: Span<UInt8>, radix: UInt32, digits: Int) -> UInt32? {
        guard (1...digits).contains(text.count) else { return nil }
        var value: UInt32 = 0
        for index in text.indices {
            guard let digit = text[index].hexDigitValue, digit < radix else { return nil }
            value = value * radix + UInt32(digit)
        }
        return value
    }

    private static func text(_ address: UInt128) -> String {
        let groups = (0..<8).map { UInt16(truncatingIfNeeded: address >> (112 - 16 * $0)) }
        // The longest run of zeros is left out, the first one of several.
        var run = 0..<0
        var start = 0
        for index in 0...8 where index == 8 || groups[index] != 0 {
            if index - start > max(1, run.count) { run = start..<index }
            start = index + 1
        }
        func text(_ part: ArraySlice<UInt16>) -> String {
            part.map { String($0, radix: 16) }.joined(separator: ":")
        }
        guard !run.isEmpty else { return text(groups[...]) }
        return text(groups[..<run.lowerBound]) + "::" + text(groups[run.upperBound...])
    }
}
