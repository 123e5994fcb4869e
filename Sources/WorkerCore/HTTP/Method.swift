/// A request's method, as far as routing tells them apart.
package enum Method: Sendable {
    case get
    case head
    case post
    case options
    case other

    /// Reads the method's name; names are case-sensitive (RFC 9110, 9.1).
    package init(_ name: Span<UInt8>) {
        switch name.count {
        case 3 where name.isEqual(to: "GET"): self = .get
        case 4 where name.isEqual(to: "POST"): self = .post
        case 4 where name.isEqual(to: "HEAD"): self = .head
        case 7 where name.isEqual(to: "OPTIONS"): self = .options
        default: self = .other
        }
    }
}

/// The methods that a path takes.
package struct Methods: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// GET, and HEAD, which is answered like it without a body.
    package static let get = Self(rawValue: 1)
    /// POST.
    package static let post = Self(rawValue: 2)

    /// What the `Allow` header of a 405 says.
    package var allow: String {
        self == .get ? "GET, HEAD" : self == .post ? "POST" : "GET, HEAD, POST"
    }
}
