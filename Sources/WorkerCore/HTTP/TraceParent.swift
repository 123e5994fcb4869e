/// Where a request belongs in a trace: the header `traceparent` of W3C Trace Context.
///
/// A value of fixed size, so that it costs no allocation to keep.
package struct TraceParent: Equatable, Sendable, CustomStringConvertible {
    private let version: UInt8
    private let (high, low): (UInt64, UInt64)
    private let parentID: UInt64
    private let flags: UInt8

    /// How long the header is, and in later versions at least.
    private static let length = 55

    /// Reads the value of the header; nil where W3C has it ignored.
    ///
    /// `version-traceid-parentid-flags`, in hexadecimal digits of lower case, neither id all zero. Of a
    /// later version than 0 what follows the flags is passed over.
    package init?(_ value: Span<UInt8>) {
        let dash = UInt8(ascii: "-")
        guard value.count >= Self.length, value[2] == dash, value[35] == dash, value[52] == dash,
            let version = Self.number(value, 0..<2), version != 0xff,
            let high = Self.number(value, 3..<19), let low = Self.number(value, 19..<35),
            let parent = Self.number(value, 36..<52), let flags = Self.number(value, 53..<55),
            high | low != 0, parent != 0,
            value.count == Self.length || (version > 0 && value[Self.length] == dash)
        else { return nil }
        self.version = UInt8(version)
        (self.high, self.low) = (high, low)
        parentID = parent
        self.flags = UInt8(flags)
    }

    private static func number(_ text: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
        var number: UInt64 = 0
        for index in range {
            let byte = text[index]
            guard let digit = byte.hexDigitValue, byte == byte.lowercasedASCII else { return nil }
            number = number << 4 | UInt64(digit)
        }
        return number
    }

    /// The header's value, without what later versions have behind the flags.
    package var description: String {
        [
            Self.hex(UInt64(version), 2), Self.hex(high, 16) + Self.hex(low, 16),
            Self.hex(parentID, 16), Self.hex(UInt64(flags), 2),
        ].joined(separator: "-")
    }

    private static func hex(_ number: UInt64, _ digits: Int) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: digits - text.count) + text
    }
}
