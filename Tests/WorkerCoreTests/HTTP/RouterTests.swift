import Testing
import WorkerCore

@Suite struct RouterTests {
    private static let paths: [(Endpoint, String)] = [
        (.health, "/health"), (.stats, "/stats"), (.initialize, "/initialize"),
        (.configSchema, "/config_schema"), (.config, "/config"), (.execute, "/execute"),
        (.executeStream, "/execute_stream"), (.cleanup, "/cleanup"), (.cancel, "/cancel"),
        (.progress, "/progress"), (.live, "/health/live"), (.ready, "/health/ready"),
        (.calls, "/calls"),
    ]
    private static let posts: [Endpoint] = [
        .initialize, .execute, .executeStream, .cleanup, .cancel,
    ]

    private func route(_ method: String, _ path: String) -> Route {
        let (method, path) = (Array(method.utf8), Array(path.utf8))
        return Route(method: Method(method.span), path: path.span)
    }

    @Test func `The list of paths is the contract's, and names each endpoint`() {
        let plain = Endpoint.allCases.filter { !$0.namesCall }
        #expect(Self.paths.map(\.0) == plain)
        #expect(Self.paths.map(\.1) == plain.map(\.path))
    }

    @Test(arguments: [
        ("GET", "/progress/a", Route.call(.progressOne, id: "a")),
        ("POST", "/cancel/job-1", .call(.cancelOne, id: "job-1")),
        ("POST", "/cancel/a%2Fb", .call(.cancelOne, id: "a/b")),
        ("GET", "/cancel/a", .methodNotAllowed(.cancelOne)),
        ("POST", "/cancel/", .notFound), ("GET", "/progress/%20", .notFound),
        ("GET", "/calls", .endpoint(.calls)), ("GET", "/health/ready", .endpoint(.ready)),
        ("GET", "/health/live", .endpoint(.live)), ("GET", "/calls/a", .notFound),
    ])
    func `Paths that end with the id of a call lead to it`(
        method: String, path: String, expected: Route
    ) {
        #expect(route(method, path) == expected)
    }

    @Test(arguments: paths)
    func `Each path takes the methods of its endpoint and no others`(
        endpoint: Endpoint, path: String
    ) {
        let isPost = Self.posts.contains(endpoint)
        let (fits, wrong) = isPost ? (["POST"], ["GET", "HEAD"]) : (["GET", "HEAD"], ["POST"])
        for method in fits { #expect(route(method, path) == .endpoint(endpoint)) }
        for method in wrong + ["PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "post", "Get", ""] {
            #expect(route(method, path) == .methodNotAllowed(endpoint), "\(method)")
        }
        #expect(endpoint.isPost == isPost)
        #expect(endpoint.allow == (isPost ? "POST" : "GET, HEAD"))
    }

    @Test(arguments: paths)
    func `A path is found however it is percent-encoded, and only once`(
        endpoint: Endpoint, path: String
    ) {
        func encoded(_ format: (UInt8) -> String) -> String {
            path.utf8.map(format).joined()
        }
        func hex(_ byte: UInt8, uppercase: Bool) -> String {
            "%" + String(byte, radix: 16, uppercase: uppercase)
        }
        let all = encoded { hex($0, uppercase: false) }
        let capitals = encoded { hex($0, uppercase: true) }
        let others = encoded { byte in
            byte % 2 == 0 ? hex(byte, uppercase: true) : String(Character(Unicode.Scalar(byte)))
        }
        for path in [all, capitals, others] {
            #expect(route(endpoint.isPost ? "POST" : "GET", path) == .endpoint(endpoint))
            #expect(route("PUT", path) == .methodNotAllowed(endpoint))
        }
        let twice = encoded { "%25" + String($0, radix: 16) }
        #expect(route("GET", twice) == .notFound)
    }

    @Test(arguments: [
        "", "/", "//", "health", "/health/", "//health", "/./health", "/x/../health", "/health//",
        "/Health", "/HEALTH", "/healt", "/healthy", "/health.json", "/health ", " /health",
        "/health?x", "/health#x", "/health;x", "/health%3Fx", "/health%2F", "%2Fhealth%2F",
        "/health%00", "/%00health", "/health%00/x", "/health\u{0}", "%00", "/health%", "/health%4",
        "/%", "/%6", "/%6g", "/%g6", "/%%68ealth", "/h%C3%A9alth", "/execute-stream",
        "/config/schema", "/metrics", "*", "http://localhost/health",
    ])
    func `Anything else is no path of the worker, whatever the method`(path: String) {
        for method in ["GET", "HEAD", "POST", "OPTIONS"] {
            #expect(route(method, path) == .notFound)
        }
    }

    @Test func `A byte that is no UTF-8 leads nowhere`() {
        let (method, path) = (Array("GET".utf8), Array("/health".utf8) + [0xFF])
        let route = Route(method: Method(method.span), path: path.span)
        #expect(route == .notFound)
    }

    @Test(arguments: Endpoint.allCases)
    func `Only calls and configurations have bodies that are looked at`(endpoint: Endpoint) {
        let expected: BodyUse =
            switch endpoint {
            case .execute, .executeStream: .call
            case .initialize: .value
            default: .ignored
            }
        #expect(endpoint.body == expected)
    }
}
