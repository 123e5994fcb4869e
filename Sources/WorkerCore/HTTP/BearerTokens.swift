/// The tokens that clients may show, of which only digests are kept (RFC 6750).
///
/// All are good at once, so that clients can change from one to the next.
package struct BearerTokens: Sendable {
    /// How many there may be.
    package static let counts = 1...4
    /// How many characters one may have.
    package static let lengths = 16...4_096
    private let digests: [SHA256.Digest]

    /// Reads tokens, one a line; lines end with LF or CRLF, and empty ones may follow.
    ///
    /// - Throws: `BearerTokensError`, which never quotes a token.
    package init(lines text: Span<UInt8>) throws(BearerTokensError) {
        var digests: [SHA256.Digest] = []
        var start = 0
        var number = 0
        var emptyLine: Int?
        while start < text.count {
            let end = text.firstIndex(of: UInt8(ascii: "\n"), from: start) ?? text.count
            let hasReturn = end > start && text[end - 1] == UInt8(ascii: "\r")
            let line = text.extracting(start..<(hasReturn ? end - 1 : end))
            start = end + 1
            number += 1
            if line.isEmpty {
                emptyLine = emptyLine ?? number
                continue
            }
            if let emptyLine { throw .emptyLine(emptyLine) }
            guard digests.count < Self.counts.upperBound else { throw .tooMany }
            digests.append(try Self.digest(line, line: number))
        }
        guard !digests.isEmpty else { throw .noToken }
        self.digests = digests
    }

    /// How many there are.
    package var count: Int { digests.count }

    private static func digest(
        _ token: Span<UInt8>, line: Int
    ) throws(BearerTokensError) -> SHA256.Digest {
        if let place = firstForeign(in: token) { throw .foreignCharacter(place + 1, line: line) }
        guard lengths.contains(token.count) else { throw .length(token.count, line: line) }
        return SHA256.digest(token)
    }

    /// Where a text ceases to be a token (RFC 6750, 2.1: b64token), if it does.
    private static func firstForeign(in text: Span<UInt8>) -> Int? {
        var end = text.count
        // An equals sign may stand at the end alone, and not as all there is.
        while end > 1, text[end - 1] == UInt8(ascii: "=") { end -= 1 }
        for index in 0..<end where !isOfToken(text[index]) { return index }
        return nil
    }

    private static func isOfToken(_ byte: UInt8) -> Bool {
        byte.isLetterOrDigit || "-._~+/".utf8.contains(byte)
    }
}

extension BearerTokens {
    /// What a request lacks.
    package enum Refusal: Sendable {
        /// It shows no token.
        case missing
        /// It shows something else than one good token.
        case invalid

        /// The challenge of the answer, as `WWW-Authenticate` has it (RFC 6750, 3).
        package var challenge: String {
            switch self {
            case .missing: "Bearer realm=\"universal-worker\""
            case .invalid: "Bearer realm=\"universal-worker\", error=\"invalid_token\""
            }
        }

        /// What the client is told.
        package var detail: String {
            switch self {
            case .missing: "A token is needed: Authorization: Bearer TOKEN"
            case .invalid: "The token is not one of this worker's"
            }
        }
    }

    /// Why a request is refused; nil where it shows one of the tokens.
    ///
    /// It takes as long for a wrong token as for a right one of its length.
    ///
    /// - Parameters:
    ///   - authorization: the header's value, without blanks around it; nil without one.
    ///   - isOnly: whether there is no other such header. Of two none is believed.
    /// - Returns: what it lacks.
    package func refusal(_ authorization: Span<UInt8>?, isOnly: Bool) -> Refusal? {
        guard let value = authorization else { return .missing }
        guard isOnly else { return .invalid }
        guard let start = Self.tokenStart(in: value) else { return .missing }
        let token = value.extracting(start..<value.count)
        guard Self.lengths.contains(token.count), Self.firstForeign(in: token) == nil else {
            return .invalid
        }
        let shown = SHA256.digest(token)
        var isKnown = false
        for digest in digests where digest.isEqual(to: shown) { isKnown = true }
        return isKnown ? nil : .invalid
    }

    /// Where the token begins: behind the scheme, in any case of letters, and spaces.
    private static func tokenStart(in value: Span<UInt8>) -> Int? {
        let scheme = "bearer"
        guard var start = value.firstIndex(of: UInt8(ascii: " ")),
            value.extracting(0..<start).isEqualIgnoringCase(to: scheme)
        else { return nil }
        while start < value.count, value[start] == UInt8(ascii: " ") { start += 1 }
        return start
    }
}

/// Why a text is no list of tokens; it tells the place, and nothing of what stands there.
package enum BearerTokensError: Error, Equatable, CustomStringConvertible {
    case noToken
    case tooMany
    case emptyLine(Int)
    case length(Int, line: Int)
    /// The character of this number, counted in bytes from 1.
    case foreignCharacter(Int, line: Int)

    package var description: String {
        let counts = "\(BearerTokens.counts.lowerBound) to \(BearerTokens.counts.upperBound)"
        switch self {
        case .noToken: return "there is no token: expected \(counts), each on a line"
        case .tooMany: return "there are too many tokens: expected \(counts)"
        case .emptyLine(let line): return "line \(line) is empty, and tokens follow"
        case .length(let count, let line):
            let lengths = BearerTokens.lengths
            return "line \(line) has \(count) characters: expected a token of "
                + "\(lengths.lowerBound) to \(lengths.upperBound)"
        case .foreignCharacter(let place, let line):
            return "line \(line), character \(place): expected letters, digits and -._~+/ "
                + "with = at the end alone"
        }
    }
}
