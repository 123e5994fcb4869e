import Testing
import WorkerCore

@Suite struct RouterTests {
    private static let table: [(path: String, methods: Methods)] = [
        ("/health", .get), ("/health/live", .get), ("/health/ready", .get), ("/config", .get),
        ("/config_schema", .get), ("/execute", .post), ("/execute_stream", .post),
        ("/cancel", .post), ("/cancel/{id}", .post), ("/progress/{id}", .get), ("/calls", .get),
        ("/both", [.get, .post]), ("/apart", .get), ("/apart", .post),
    ]
    private static let plain = Array(table.enumerated().prefix { $0.element.path != "/apart" })
        .filter { !$0.element.path.hasSuffix("{id}") }.map { ($0.offset, $0.element.path) }

    private let router: Router

    init() {
        var router = Router()
        for (row, entry) in Self.table.enumerated() {
            let isNew = router.add(row, at: entry.path, entry.methods)
            #expect(isNew)
        }
        self.router = router
    }

    private func route(_ method: String, _ path: String) -> Route {
        let (method, path) = (Array(method.utf8), Array(path.utf8))
        return router.route(Method(method.span), path.span)
    }

    @Test(arguments: [
        ("GET", "/progress/a", Route.row(9, id: "a")),
        ("POST", "/cancel/job-1", .row(8, id: "job-1")),
        ("POST", "/cancel/a%2Fb", .row(8, id: "a/b")),
        ("POST", "/cancel", .row(7, id: nil)),
        ("GET", "/cancel/a", .methodNotAllowed(.post)),
        ("POST", "/cancel/", .notFound), ("GET", "/progress/%20", .notFound),
        ("GET", "/calls", .row(10, id: nil)), ("GET", "/health/ready", .row(2, id: nil)),
        ("GET", "/health/live", .row(1, id: nil)), ("GET", "/calls/a", .notFound),
    ])
    func `Paths that end with the id of a call lead to it`(
        method: String, path: String, expected: Route
    ) {
        #expect(route(method, path) == expected)
    }

    @Test(arguments: plain)
    func `Each path takes the methods of its row and no others`(row: Int, path: String) {
        let methods = Self.table[row].methods
        for (method, kind) in [("GET", Methods.get), ("HEAD", .get), ("POST", .post)] {
            let expected: Route =
                methods.contains(kind) ? .row(row, id: nil) : .methodNotAllowed(methods)
            #expect(route(method, path) == expected, "\(method)")
        }
        for method in ["PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "post", "Get", ""] {
            #expect(route(method, path) == .methodNotAllowed(methods), "\(method)")
        }
    }

    @Test func `Two rows share a path by their methods, of which a 405 names all`() {
        #expect(route("GET", "/apart") == .row(12, id: nil))
        #expect(route("POST", "/apart") == .row(13, id: nil))
        #expect(route("PUT", "/apart") == .methodNotAllowed([.get, .post]))
        #expect(Methods([.get, .post]).allow == "GET, HEAD, POST")
        #expect(Methods.get.allow == "GET, HEAD")
        #expect(Methods.post.allow == "POST")
    }

    @Test(
        arguments: [
            ("/health", .get), ("/both", .post), ("/both", [.get, .post]),
            ("/progress/{id}", .get), ("/apart", .get),
        ] as [(String, Methods)])
    func `A row that another one is in the way of is not added, and that one stays`(
        path: String, methods: Methods
    ) {
        var router = router
        let isNew = router.add(99, at: path, methods)
        #expect(!isNew)
        for (method, path) in [("GET", "/health"), ("POST", "/both"), ("GET", "/apart")] {
            let (method, path) = (Array(method.utf8), Array(path.utf8))
            #expect(
                router.route(Method(method.span), path.span)
                    == self.router.route(Method(method.span), path.span))
        }
    }

    @Test func `A path is as long as it likes, and its row is found among others of its length`() {
        var router = Router()
        let paths = (0..<64).map { "/" + String(repeating: "p", count: 250) + String($0 + 100) }
        for (row, path) in paths.enumerated() {
            let isNew = router.add(row, at: path, .get)
            #expect(isNew)
        }
        for (row, path) in paths.enumerated() {
            let path = Array(path.utf8)
            #expect(router.route(.get, path.span) == .row(row, id: nil))
        }
    }

    @Test(arguments: plain)
    func `A path is found however it is percent-encoded, and only once`(row: Int, path: String) {
        func encoded(_ format: (UInt8) -> String) -> String {
            path.utf8.map(format).joined()
        }
        func hex(_ byte: UInt8, uppercase: Bool) -> String {
            "%" + String(byte, radix: 16, uppercase: uppercase)
        }
        let methods = Self.table[row].methods
        let all = encoded { hex($0, uppercase: false) }
        let capitals = encoded { hex($0, uppercase: true) }
        let others = encoded { byte in
            byte % 2 == 0 ? hex(byte, uppercase: true) : String(Character(Unicode.Scalar(byte)))
        }
        for path in [all, capitals, others] {
            #expect(route(methods.contains(.post) ? "POST" : "GET", path) == .row(row, id: nil))
            #expect(route("PUT", path) == .methodNotAllowed(methods))
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
        #expect(router.route(Method(method.span), path.span) == .notFound)
    }
}
