/// Who may talk to the worker over TCP: the defence against DNS rebinding and web pages.
///
/// A page in the user's browser can send requests to any port of the machine, and, where it has
/// the worker's address resolved under a name of its own, also read the answers. Both show: in the
/// Host header, and in Origin.
package struct AccessPolicy: Sendable {
    private let allowedHosts: [String]
    private let allowedOrigins: [String]
    private let port: UInt16
    /// How nearly all clients spell the worker's own authority: recognised without parsing.
    private let usualHost: String

    /// Makes the policy of a worker.
    ///
    /// - Parameters:
    ///   - hosts: names accepted in Host beside the loopback ones, without a port.
    ///   - origins: origins accepted beside the worker's own, such as "https://app.example".
    ///   - port: the port that the worker listens on: a part of its own origin.
    package init(hosts: [String], origins: [String], port: UInt16) {
        allowedHosts = hosts.map { $0.lowercased() }
        allowedOrigins = origins.map { $0.lowercased() }
        self.port = port
        usualHost = "127.0.0.1:\(port)"
    }

    /// Whether a Host header, or a target's authority, names this machine's loopback, a host that was
    /// allowed, or the very address that the client has connected to.
    ///
    /// An address cannot be rebound, as a name can. Any port will do: a client may come through a
    /// forwarded one. `local` is asked for that address only where it matters.
    package func allowsHost(
        _ authority: Span<UInt8>, local: () -> IPAddress? = { nil }
    ) -> Bool {
        if authority.isEqual(to: usualHost) { return true }
        guard let (host, _) = Authority.split(authority) else { return false }
        let name = authority.extracting(host)
        return Authority.isLoopback(name)
            || allowedHosts.contains { name.isEqualIgnoringCase(to: $0) }
            || Self.isAddress(name, local)
    }

    private static func isAddress(_ name: Span<UInt8>, _ local: () -> IPAddress?) -> Bool {
        guard let address = IPAddress(name) else { return false }
        return address == local()
    }

    /// Whether there are origins beside the worker's own.
    package var admitsOrigins: Bool { !allowedOrigins.isEmpty }

    /// Whether an Origin header is one that was allowed beside the worker's own.
    package func admitsOrigin(_ origin: Span<UInt8>) -> Bool {
        allowedOrigins.contains { origin.isEqualIgnoringCase(to: $0) }
    }

    /// Whether an Origin header is the worker's own origin or one that was allowed.
    package func allowsOrigin(
        _ origin: Span<UInt8>, local: () -> IPAddress? = { nil }
    ) -> Bool {
        if admitsOrigin(origin) { return true }
        guard origin.hasPrefixIgnoringCase("http://") else { return false }
        let authority = origin.extracting(7..<origin.count)
        guard let (host, port) = Authority.split(authority) else { return false }
        let name = authority.extracting(host)
        return (port ?? 80) == self.port
            && (Authority.isLoopback(name) || Self.isAddress(name, local))
    }
}

/// What a browser tells of the page behind a request (Fetch Metadata, `Sec-Fetch-…`).
package struct FetchMetadata: Sendable {
    /// Whether the page is of another site.
    package var isCrossSite = false
    /// Whether the user goes to what is asked for, such as by a link: the page gets no answer.
    package var isNavigation = false

    /// Makes that of a client which tells nothing.
    package init() {}

    /// Whether another site's page asks by itself; such a page may only link to the worker.
    package func isForeign(_ method: Method) -> Bool {
        isCrossSite && !(isNavigation && (method == .get || method == .head))
    }
}
