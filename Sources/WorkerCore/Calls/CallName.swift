/// The id of a call as a client gave it: what `X-Request-Id` and paths may carry.
package struct CallName: Equatable, Sendable {
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
