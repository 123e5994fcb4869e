/// What the header block of a request says about where its body ends.
///
/// libmicrohttpd lets some ambiguous blocks pass which another HTTP implementation on the way may
/// read differently (request smuggling, RFC 9112, 11.2); those are refused here before anything
/// else is looked at.
package struct Framing: Sendable {
    /// How many Host fields there are.
    package var hosts = 0
    /// How many Content-Length fields there are.
    package var contentLengths = 0
    /// Whether two of them differ.
    package var contentLengthsDiffer = false
    /// How many Transfer-Encoding fields there are.
    package var transferEncodings = 0
    /// Whether one of them is other than exactly "chunked".
    package var hasForeignCoding = false
    /// Whether method or target have characters that they may not have.
    package var hasMalformedLine = false
    /// Whether the header block is not the one that libmicrohttpd has read.
    package var isBroken = false
    /// Whether the block leaves too little of a connection's memory for the answer.
    package var isTooLarge = false
    /// Whether a field's name is no token, such as one with white space before the colon.
    package var hasMalformedName = false
    /// Whether a field's value has a control character.
    package var hasMalformedValue = false
    /// Whether the request speaks HTTP/1.0.
    package var isVersion10 = false

    /// Makes the framing of a request without fields.
    package init() {}

    /// Whether the request says that it has a body, of whatever length.
    package var declaresBody: Bool { contentLengths > 0 || transferEncodings > 0 }

    /// What is wrong with it, if anything: the request is then refused and its connection closed.
    package var violation: FramingViolation? {
        if hasMalformedLine { return .malformedRequestLine }
        if isBroken { return .brokenBlock }
        if hasMalformedName { return .malformedFieldName }
        if hasMalformedValue { return .malformedFieldValue }
        if isTooLarge { return .tooLarge }
        if hosts > 1 { return .repeatedHost }
        if hosts == 0, !isVersion10 { return .missingHost }
        if transferEncodings > 0 {
            if contentLengths > 0 { return .lengthBesideCoding }
            if transferEncodings > 1 { return .repeatedCoding }
            if isVersion10 { return .codingInVersion10 }
            if hasForeignCoding { return .foreignCoding }
        }
        return contentLengthsDiffer ? .differingLengths : nil
    }

    /// Whether a field's name is a token of RFC 9110, 5.6.2.
    package static func isToken(_ name: Span<UInt8>) -> Bool {
        guard !name.isEmpty else { return false }
        for index in name.indices {
            let byte = name[index]
            guard byte < 128, tokenBytes[Int(byte >> 6)] >> UInt64(byte & 63) & 1 == 1 else {
                return false
            }
        }
        return true
    }

    /// Whether a field's value has none of the control characters but tab (RFC 9110, 5.5).
    package static func isValue(_ value: Span<UInt8>) -> Bool {
        for index in value.indices {
            let byte = value[index]
            if byte < 0x20 && byte != UInt8(ascii: "\t") || byte == 0x7F { return false }
        }
        return true
    }

    /// A bit for each byte of ASCII that a token may have.
    private static let tokenBytes: InlineArray<2, UInt64> = {
        var bits: InlineArray<2, UInt64> = [0, 0]
        let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
        for byte in (letters + "0123456789-_!#$%&'*+.^`|~").utf8 {
            bits[Int(byte >> 6)] |= 1 << UInt64(byte & 63)
        }
        return bits
    }()
}

/// Why the header block of a request is refused, always with the end of the connection.
package enum FramingViolation: Error, Equatable, Sendable, CustomStringConvertible {
    case malformedRequestLine
    case brokenBlock
    case malformedFieldName
    case malformedFieldValue
    case tooLarge
    case missingHost
    case repeatedHost
    case lengthBesideCoding
    case repeatedCoding
    case foreignCoding
    case codingInVersion10
    case differingLengths

    /// The HTTP status that says so.
    package var status: UInt32 { self == .tooLarge ? 431 : 400 }

    /// The sentence that the client is told.
    package var description: String {
        switch self {
        case .malformedRequestLine:
            "The request line has other than a method, visible ASCII characters and a version"
        case .brokenBlock:
            "The header block is malformed (a folded line, a line without a name, or a NUL?)"
        case .malformedFieldName: "A header field's name is not a token"
        case .malformedFieldValue: "A header field's value has a control character"
        case .tooLarge: "The header block is larger than fits beside an answer (--max-header)"
        case .missingHost: "The Host header is missing"
        case .repeatedHost: "There is more than one Host header"
        case .lengthBesideCoding: "Content-Length and Transfer-Encoding exclude each other"
        case .repeatedCoding: "There is more than one Transfer-Encoding header"
        case .foreignCoding: "Transfer-Encoding is other than exactly 'chunked'"
        case .codingInVersion10: "HTTP/1.0 has no Transfer-Encoding"
        case .differingLengths: "There are Content-Length headers that differ"
        }
    }
}
