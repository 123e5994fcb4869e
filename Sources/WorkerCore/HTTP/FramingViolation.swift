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
