/// What becomes of a request, by its method and path alone.
package enum Route: Equatable, Sendable {
    /// The endpoint answers; with HEAD, without a body.
    case endpoint(Endpoint)
    /// The endpoint answers for the call of this id.
    case call(Endpoint, id: String)
    /// The path exists, and takes other methods.
    case methodNotAllowed(Endpoint)
    /// There is no such path.
    case notFound

    /// Finds the route of a request.
    ///
    /// - Parameters:
    ///   - method: the request's.
    ///   - path: as sent; it is percent-decoded here. "/health/" is another path.
    package init(method: Method, path: Span<UInt8>) {
        guard let (endpoint, id) = Self.endpoint(at: path) else {
            self = .notFound
            return
        }
        let fits =
            switch method {
            case .get, .head: !endpoint.isPost
            case .post: endpoint.isPost
            case .options, .other: false
            }
        guard fits else {
            self = .methodNotAllowed(endpoint)
            return
        }
        self = id.map { .call(endpoint, id: $0) } ?? .endpoint(endpoint)
    }

    private static func endpoint(at path: Span<UInt8>) -> (Endpoint, id: String?)? {
        // Nearly all paths are spelt as they are; what is decoded is looked up again.
        if let endpoint = fixedEndpoint(at: path) { return (endpoint, nil) }
        guard path.firstIndex(of: UInt8(ascii: "%")) != nil else { return callEndpoint(at: path) }
        guard let decoded = percentDecoded(path) else { return nil }
        if let endpoint = fixedEndpoint(at: decoded.span) { return (endpoint, nil) }
        return callEndpoint(at: decoded.span)
    }

    private static func fixedEndpoint(at path: Span<UInt8>) -> Endpoint? {
        guard path.count < byLength.count else { return nil }
        for endpoint in byLength[path.count] where path.isEqual(to: endpoint.path) {
            return endpoint
        }
        return nil
    }

    private static func callEndpoint(at path: Span<UInt8>) -> (Endpoint, id: String?)? {
        for endpoint in [Endpoint.cancelOne, .progressOne] where path.hasPrefix(endpoint.path) {
            let id = path.extracting(endpoint.path.utf8.count..<path.count)
            if let name = CallName(id) { return (endpoint, name.text) }
        }
        return nil
    }

    /// The endpoints whose whole path is fixed, by its length.
    private static let byLength: [[Endpoint]] = {
        let fixed = Endpoint.allCases.filter { !$0.namesCall }
        let longest = fixed.map(\.path.utf8.count).max() ?? 0
        return (0...longest).map { length in fixed.filter { $0.path.utf8.count == length } }
    }()

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
