/// Why the framing of a request is refused, always with 400 and the end of the connection.
package enum FramingViolation: Error, Equatable, Sendable, CustomStringConvertible {
    case malformedFieldName
    case missingHost
    case repeatedHost
    case lengthBesideCoding
    case repeatedCoding
    case foreignCoding
    case codingInVersion10
    case differingLengths

    /// The sentence that the client is told.
    package var description: String {
        switch self {
        case .malformedFieldName:
            "A header field's name is malformed (folded line or white space before the colon?)"
        case .missingHost: "The Host header is missing"
        case .repeatedHost: "There is more than one Host header"
        case .lengthBesideCoding: "Content-Length and Transfer-Encoding exclude each other"
        case .repeatedCoding: "There is more than one Transfer-Encoding header"
        case .foreignCoding: "Transfer-Encoding is other than 'chunked'"
        case .codingInVersion10: "HTTP/1.0 has no Transfer-Encoding"
        case .differingLengths: "There are Content-Length headers that differ"
        }
    }
}
