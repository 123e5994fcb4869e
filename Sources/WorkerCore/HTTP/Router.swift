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
            case .other: false
            }
        guard fits else {
            self = .methodNotAllowed(endpoint)
            return
        }
        self = id.map { .call(endpoint, id: $0) } ?? .endpoint(endpoint)
    }

    private static func endpoint(at path: Span<UInt8>) -> (Endpoint, id: String?)? {
        guard path.firstIndex(of: UInt8(ascii: "%")) != nil else { return plainEndpoint(at: path) }
        guard let decoded = percentDecoded(path) else { return nil }
        return plainEndpoint(at: decoded.span)
    }

    private static func plainEndpoint(at path: Span<UInt8>) -> (Endpoint, id: String?)? {
        for endpoint in Endpoint.allCases {
            if !endpoint.namesCall {
                if path.isEqual(to: endpoint.path) { return (endpoint, nil) }
            } else if path.hasPrefix(endpoint.path) {
                let id = path.extracting(endpoint.path.utf8.count..<path.count)
                if let name = CallName(id) { return (endpoint, name.text) }
            }
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
