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
