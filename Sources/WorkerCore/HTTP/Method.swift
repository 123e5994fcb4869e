/// A request's method, as far as routing tells them apart.
package enum Method: Sendable {
    case get
    case head
    case post
    case other

    /// Reads the method's name; names are case-sensitive (RFC 9110, 9.1).
    package init(_ name: Span<UInt8>) {
        if name.isEqual(to: "GET") {
            self = .get
        } else if name.isEqual(to: "POST") {
            self = .post
        } else if name.isEqual(to: "HEAD") {
            self = .head
        } else {
            self = .other
        }
    }
}
