/// The grammar of what `--allow-host` and `--allow-origin` take.
enum WebName {
    /// Whether a text is a host name, an IPv4 address or a bracketed IPv6 address, without a port.
    static func host(_ text: some StringProtocol) -> Bool {
        if text.hasPrefix("["), text.hasSuffix("]") {
            let inner = text.dropFirst().dropLast()
            return inner.contains(":")
                && inner.allSatisfy { $0.isASCII && ($0.isHexDigit || $0 == ":" || $0 == ".") }
        }
        return !text.isEmpty && text.count <= 253
            && text.allSatisfy {
                $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "." || $0 == "_")
            }
    }

    /// Whether a text is `null` or a scheme, `://` and a host, with or without a port.
    static func origin(_ text: String) -> Bool {
        if text == "null" { return true }
        let parts = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1].isEmpty, parts[0].hasSuffix(":") else { return false }
        let scheme = parts[0].dropLast()
        guard scheme.first?.isLetter == true,
            scheme.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) })
        else { return false }
        let authority = parts[2]
        guard let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") else {
            return host(authority)
        }
        let port = authority[authority.index(after: colon)...]
        return host(authority[..<colon]) && UInt16(port).map { String($0) == port } == true
    }
}
