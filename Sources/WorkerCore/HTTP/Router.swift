/// What becomes of a request, by its method and path alone.
package enum Route: Equatable, Sendable {
    /// The table's row of this number answers, for the call of this id if its path names one.
    case row(Int, id: String?)
    /// The path exists, and takes only these methods.
    case methodNotAllowed(Methods)
    /// There is no such path.
    case notFound
}

/// The paths of a table of endpoints, and which of its rows answer there.
package struct Router: Sendable {
    private struct Path {
        /// As it is asked for; of one that ends with an id, what stands before that.
        let text: String
        var rows = Rows()
    }

    /// The rows that answer at a path.
    private struct Rows {
        var get: Int?
        var post: Int?

        var methods: Methods {
            Methods(rawValue: (get == nil ? 0 : 1) | (post == nil ? 0 : 2))
        }
    }

    /// How a path in the table ends whose requests end with the id of a call.
    package static let id = "{id}"

    /// The paths that are fixed as a whole, by their length.
    private var byLength: [[Path]] = []
    /// The paths that end with an id.
    private var withID: [Path] = []

    /// Makes a router that finds nothing.
    package init() {}

    /// Adds a row of the table.
    ///
    /// - Parameters:
    ///   - row: its number.
    ///   - path: decoded; one that ends with `{id}` stands for each id in that place.
    ///   - methods: those that the row answers there.
    /// - Returns: false where another row answers there already; then nothing has been added.
    package mutating func add(_ row: Int, at path: String, _ methods: Methods) -> Bool {
        guard !path.hasSuffix(Self.id) else {
            return Self.add(row, at: String(path.dropLast(Self.id.count)), methods, to: &withID)
        }
        while byLength.count <= path.utf8.count { byLength.append([]) }
        return Self.add(row, at: path, methods, to: &byLength[path.utf8.count])
    }

    private static func add(
        _ row: Int, at path: String, _ methods: Methods, to paths: inout [Path]
    ) -> Bool {
        let known = paths.firstIndex { $0.text == path }
        var entry = known.map { paths[$0] } ?? Path(text: path)
        guard entry.rows.methods.isDisjoint(with: methods) else { return false }
        if methods.contains(.get) { entry.rows.get = row }
        if methods.contains(.post) { entry.rows.post = row }
        if let known { paths[known] = entry } else { paths.append(entry) }
        return true
    }

    /// Finds the route of a request.
    ///
    /// - Parameters:
    ///   - method: the request's.
    ///   - path: as sent; it is percent-decoded here. "/health/" is another path.
    /// - Returns: what becomes of it.
    package func route(_ method: Method, _ path: Span<UInt8>) -> Route {
        guard let (found, id) = find(path) else { return .notFound }
        let row: Int? =
            switch method {
            case .get, .head: found.get
            case .post: found.post
            case .options, .other: nil
            }
        return row.map { .row($0, id: id) } ?? .methodNotAllowed(found.methods)
    }

    private func find(_ path: Span<UInt8>) -> (Rows, id: String?)? {
        // Nearly all paths are spelt as they are; what is decoded is looked up again.
        if let found = fixed(path) { return (found, nil) }
        guard path.firstIndex(of: UInt8(ascii: "%")) != nil else { return naming(path) }
        guard let decoded = Self.percentDecoded(path) else { return nil }
        if let found = fixed(decoded.span) { return (found, nil) }
        return naming(decoded.span)
    }

    private func fixed(_ path: Span<UInt8>) -> Rows? {
        guard path.count < byLength.count else { return nil }
        for known in byLength[path.count] where path.isEqual(to: known.text) { return known.rows }
        return nil
    }

    private func naming(_ path: Span<UInt8>) -> (Rows, id: String?)? {
        for known in withID where path.hasPrefix(known.text) {
            let id = path.extracting(known.text.utf8.count..<path.count)
            if let id = CallID(id) { return (known.rows, id.text) }
        }
        return nil
    }

    /// Decodes `%XX`; nil where a percent sign is not followed by two hexadecimal digits.
    private static func percentDecoded(_ path: Span<UInt8>) -> [UInt8]? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(path.count)
        var index = 0
        while index < path.count {
            guard path[index] == UInt8(ascii: "%") else {
                decoded.append(path[index])
                index += 1
                continue
            }
            guard index + 2 < path.count, let high = path[index + 1].hexDigitValue,
                let low = path[index + 2].hexDigitValue
            else { return nil }
            decoded.append(high << 4 | low)
            index += 3
        }
        return decoded
    }
}

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

    /// Its name; that of another one, which is a client's own text, is not kept.
    package var name: String {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .options: "OPTIONS"
        case .other: "-"
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

/// What an endpoint does with the body of a request.
package enum BodyUse: Sendable {
    /// It is read and dropped.
    case ignored
    /// It is any JSON value.
    case value
    /// It is an object with two configurations, which is looked at where the plugin has the hook for it.
    case reconfiguration
    /// It is `{"args": […], "kwargs": {…}}`.
    case call
    /// It is handed on as it came; it may be missing.
    case raw

    /// Whether a request has to have a body.
    package var isRequired: Bool {
        switch self {
        case .value, .call: true
        case .ignored, .reconfiguration, .raw: false
        }
    }
}
