/// The id of a call as a client gave it: what `X-Request-Id` and paths may carry.
package struct CallID: Equatable, Sendable {
    /// The longest id, in bytes; also what plugins see of it.
    package static let limit = 128

    /// The id.
    package let text: String

    /// Checks an id: 1 to 128 visible ASCII characters, so that it is safe in logs and headers.
    package init?(_ bytes: Span<UInt8>) {
        guard (1...Self.limit).contains(bytes.count) else { return nil }
        var text = ""
        for index in bytes.indices {
            guard (0x21...0x7E).contains(bytes[index]) else { return nil }
            text.unicodeScalars.append(Unicode.Scalar(bytes[index]))
        }
        self.text = text
    }
}

/// How long a call may take, counted from its arrival: what `X-Timeout` carries.
package struct CallTimeout: Equatable, Sendable {
    /// The time.
    package let time: TimeSpan

    /// Makes a time-out.
    package init(_ time: TimeSpan) { self.time = time }

    /// Reads seconds, such as "30" or "0.25": more than 0, at most a year, nine decimals.
    package init?(_ bytes: Span<UInt8>) {
        var whole: UInt64 = 0
        var fraction: UInt64 = 0
        var unit: UInt64 = 1_000_000_000
        var isFraction = false
        var digits = 0
        for index in bytes.indices {
            if bytes[index] == UInt8(ascii: "."), !isFraction, digits > 0 {
                isFraction = true
                continue
            }
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            digits += 1
            if isFraction {
                guard unit > 1 else { return nil }
                unit /= 10
                fraction += UInt64(digit) * unit
            } else {
                whole = whole * 10 + UInt64(digit)
                guard whole <= Self.limitSeconds else { return nil }
            }
        }
        guard digits > 0, whole + fraction > 0 else { return nil }
        time = .nanoseconds(whole * 1_000_000_000 + fraction)
    }

    /// The longest, in seconds: a year.
    package static let limitSeconds: UInt64 = 366 * 86_400
}
