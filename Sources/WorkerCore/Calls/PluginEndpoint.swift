/// An endpoint of the plugin's own, which it declares when it has been made.
package struct PluginEndpoint: Equatable, Sendable {
    /// How requests for it run.
    package enum Run: String, Sendable {
        /// As a call: counted, queued and cancelled like an execute.
        case call
        /// At once, whatever calls do.
        case beside
        /// When no call runs, and none beside it.
        case alone
    }

    /// What answers in the plugin.
    package enum Target: Equatable, Sendable {
        /// The row of this number in the plugin's declaration.
        case row(Int)
        /// One of the optional functions that the worker knows the route of.
        case hook(LifecycleHook)
    }

    /// The method, GET with HEAD.
    package let methods: Methods
    /// The path, from its slash on.
    package let path: String
    /// How requests run.
    package private(set) var run: Run
    /// What answers.
    package let target: Target

    /// How many rows a plugin may declare.
    package static let limit = 64
    /// How long a path may be, in bytes.
    package static let longestPath = 256

    /// Reads one row of a declaration: method, path, and how requests run.
    ///
    /// - Throws: what is wrong with it, naming the row.
    package init(row: [String], number: Int) throws(EndpointError) {
        guard row.count == 3 else {
            throw EndpointError(
                "endpoint \(number): expected three texts, [method, path, runs], found \(row.count)"
            )
        }
        let name = "endpoint \(number), \(row[0]) \(row[1])"
        switch row[0] {
        case "GET": methods = .get
        case "POST": methods = .post
        default: throw EndpointError("\(name): the method is not GET or POST")
        }
        path = row[1]
        guard path.utf8.count <= Self.longestPath else {
            throw EndpointError("\(name): the path is longer than \(Self.longestPath) bytes")
        }
        guard path.utf8.first == UInt8(ascii: "/"), path.utf8.allSatisfy(Self.isLiteral) else {
            throw EndpointError(
                "\(name): expected a path of letters, digits and -._~/ that begins with a slash")
        }
        guard let run = Run(rawValue: row[2]) else {
            throw EndpointError("\(name): it runs '\(row[2])', expected call, beside or alone")
        }
        self.run = run
        target = .row(number)
    }

    /// Reads a declaration, and adds the routes of all hooks if the plugin has one, or should.
    ///
    /// - Throws: what is wrong with it, naming the row.
    package static func table(
        _ rows: [[String]], hooks: Bool
    ) throws(EndpointError) -> [PluginEndpoint] {
        guard rows.count <= limit else {
            throw EndpointError("the plugin declares \(rows.count) endpoints, more than \(limit)")
        }
        var endpoints: [PluginEndpoint] = []
        for (number, row) in rows.enumerated() {
            endpoints.append(try PluginEndpoint(row: row, number: number))
        }
        if hooks { endpoints += LifecycleHook.allCases.map { PluginEndpoint($0) } }
        for (number, endpoint) in endpoints.enumerated() {
            let former = endpoints[..<number].firstIndex {
                $0.path == endpoint.path && $0.methods == endpoint.methods
            }
            guard let former else { continue }
            throw EndpointError(
                "endpoint \(former), \(endpoint.methods.allow) \(endpoint.path): "
                    + (number < rows.count
                        ? "endpoint \(number) is the same" : "it is the path of a hook"))
        }
        return endpoints
    }

    /// The endpoint of a hook.
    package init(_ hook: LifecycleHook) {
        methods = hook == .configOptions ? .get : .post
        path = "/\(hook.rawValue)"
        run =
            switch hook {
            case .prefetch: .call
            case .reconfigure: .alone
            case .onEnable, .onDisable, .configOptions: .beside
            }
        target = .hook(hook)
    }

    /// The same, run as a call if it runs beside calls: where there is no place for that.
    package var asCall: Self {
        var endpoint = self
        if run == .beside { endpoint.run = .call }
        return endpoint
    }

    /// What becomes of a request's body.
    package var body: BodyUse {
        switch target {
        case .row: .raw
        case .hook(.reconfigure): .reconfiguration
        case .hook: .ignored
        }
    }

    /// Whether a byte stands for itself in a path (RFC 3986, 2.3), or is the slash.
    private static func isLiteral(_ byte: UInt8) -> Bool {
        byte.isLetterOrDigit || "-._~/".utf8.contains(byte)
    }
}

/// What is wrong with a declaration of endpoints.
package struct EndpointError: Error, Equatable, CustomStringConvertible {
    /// A sentence that names the row.
    package let description: String

    /// Makes an error.
    package init(_ description: String) { self.description = description }
}
