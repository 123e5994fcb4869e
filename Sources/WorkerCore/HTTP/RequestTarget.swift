/// Where in a request's target the parts lie that routing looks at.
///
/// A target in absolute form is routed by its path; its authority then stands for the Host header
/// (RFC 9112, 3.2.2). The query is never looked at.
package struct RequestTarget: Equatable, Sendable {
    /// The path, percent-encoded, without the query.
    package let path: Range<Int>
    /// Host and port of a target in absolute form; nil in origin form.
    package let authority: Range<Int>?

    /// Splits a target as it stood in the request line.
    package init(_ raw: Span<UInt8>) {
        let pathEnd = raw.firstIndex(of: UInt8(ascii: "?")) ?? raw.count
        let scheme = raw.count > 0 && raw[0] == UInt8(ascii: "/") ? 0 : Self.schemeLength(raw)
        guard scheme > 0 else {
            path = 0..<pathEnd
            authority = nil
            return
        }
        let pathStart = min(raw.firstIndex(of: UInt8(ascii: "/"), from: scheme) ?? pathEnd, pathEnd)
        path = pathStart..<pathEnd
        authority = scheme..<pathStart
    }
    private static func schemeLength(_ raw: Span<UInt8>) -> Int {
        raw.hasPrefixIgnoringCase("http://") ? 7 : raw.hasPrefixIgnoringCase("https://") ? 8 : 0
    }
}

/// Reading of "host", "host:port" and "[address]:port" (RFC 3986, 3.2).
package enum Authority {
    /// Splits an authority; nil where it is not well formed.
    ///
    /// - Returns: where the host lies (an IPv6 address without its brackets), and the port if given.
    package static func split(_ text: Span<UInt8>) -> (host: Range<Int>, port: UInt16?)? {
        let hostEnd: Int
        let host: Range<Int>
        if text.count > 0, text[0] == UInt8(ascii: "[") {
            guard let bracket = text.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            host = 1..<bracket
            hostEnd = bracket + 1
        } else {
            hostEnd = text.firstIndex(of: UInt8(ascii: ":")) ?? text.count
            host = 0..<hostEnd
        }
        guard !host.isEmpty else { return nil }
        if hostEnd == text.count { return (host, nil) }
        guard text[hostEnd] == UInt8(ascii: ":") else { return nil }
        let digits = text.extracting((hostEnd + 1)..<text.count)
        if digits.isEmpty { return (host, nil) }
        guard let port = decimal(digits, limit: 65_535) else { return nil }
        return (host, UInt16(port))
    }

    /// Whether a host is `localhost`, an address in 127.0.0.0/8, or `::1`.
    package static func isLoopback(_ host: Span<UInt8>) -> Bool {
        host.isEqualIgnoringCase(to: "localhost") || host.isEqualIgnoringCase(to: "localhost.")
            || host.isEqual(to: "::1") || host.isEqual(to: "0:0:0:0:0:0:0:1")
            || isLoopbackIPv4(host)
    }

    private static func isLoopbackIPv4(_ host: Span<UInt8>) -> Bool {
        var rest = 0..<host.count
        for part in 0..<4 {
            let dot = host.firstIndex(of: UInt8(ascii: "."), from: rest.lowerBound)
            guard (dot == nil) == (part == 3) else { return false }
            let end = dot ?? host.count
            let digits = host.extracting(rest.lowerBound..<end)
            guard let value = decimal(digits, limit: 255), part > 0 || value == 127 else {
                return false
            }
            rest = min(end + 1, host.count)..<host.count
        }
        return true
    }

    /// The value of one to five decimal digits up to a limit.
    private static func decimal(_ digits: Span<UInt8>, limit: Int) -> Int? {
        guard (1...5).contains(digits.count) else { return nil }
        var value = 0
        for index in digits.indices {
            let digit = digits[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            value = value * 10 + Int(digit)
        }
        return value <= limit ? value : nil
    }
}
