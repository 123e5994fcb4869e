import Glibc
import TestSupport
import Testing

/// What is answered where a request breaks several rules: the order of checks in docs/http.md.
@Suite(.blocking) struct CheckOrderTests {
    /// A request that is put together piece by piece.
    private struct Request {
        var method = "POST"
        var path = "/execute"
        var host = "localhost"
        var headers: [String] = []
        var token: String? = TokenFixture.token
        var body = "{\"args\":[]}"
        var length: String?
        var hasLength = true

        var text: String {
            var lines = ["\(method) \(path) HTTP/1.1", "Host: \(host)"] + headers
            if let token { lines.append("Authorization: Bearer \(token)") }
            if hasLength { lines.append("Content-Length: \(length ?? String(body.utf8.count))") }
            return lines.joined(separator: "\r\n") + "\r\n\r\n" + (hasLength ? body : "")
        }
    }

    /// One rule that is broken, and how that is answered.
    private struct Fault {
        let name: String
        let status: Int
        /// A part of what the client is told.
        let detail: String
        let breaks: @Sendable (inout Request) -> Void

        init(
            _ name: String, _ status: Int, _ detail: String,
            _ breaks: @escaping @Sendable (inout Request) -> Void
        ) {
            (self.name, self.status, self.detail, self.breaks) = (name, status, detail, breaks)
        }
    }

    private static let framing = [
        Fault("hosts", 400, "Host") { $0.headers.append("Host: localhost") },
        Fault("coding", 400, "Transfer-Encoding") { $0.headers.append("Transfer-Encoding: gzip") },
    ]

    /// What follows on the number of connections, in the order in which it is looked at.
    private static let faults = [
        Fault("host", 403, "Host") { $0.host = "evil.example" },
        Fault("origin", 403, "Origin") { $0.headers.append("Origin: http://evil.example") },
        Fault("site", 403, "Sec-Fetch-Site") { $0.headers.append("Sec-Fetch-Site: cross-site") },
        Fault("no token", 401, "A token is needed") { $0.token = nil },
        Fault("path", 404, "Not Found") { $0.path = "/nowhere" },
        Fault("method", 405, "Method Not Allowed") { $0.method = "PUT" },
        Fault("no length", 411, "neither Content-Length") { $0.hasLength = false },
        Fault("expectation", 417, "Expect") { $0.headers.append("Expect: coffee") },
        Fault("coding of content", 415, "Content-Encoding") {
            $0.headers.append("Content-Encoding: gzip")
        },
        Fault("timeout", 400, "X-Timeout") { $0.headers.append("X-Timeout: soon") },
        Fault("length", 413, "--max-body") { $0.length = "99999999" },
        Fault("size", 413, "--max-body") { $0.body = String(repeating: "x", count: 2_000) },
        Fault("JSON", 400, "not valid JSON") { $0.body = "{" },
    ]

    /// The two faults have one cause, or the request of both cannot be written.
    private static func excludes(_ first: Fault, _ second: Fault) -> Bool {
        let isOrigin = first.name == "origin" && second.name == "site"
        let hasNoBody = first.name == "no length" && second.status == 413
        let isLong = first.name == "length" && second.name != first.name
        return isOrigin || hasNoBody || isLong || first.name == "no length" && second.name == "JSON"
    }

    private func check(
        _ client: HTTPClient, _ first: Fault, _ second: Fault?, as user: uid_t? = nil
    ) throws {
        var request = Request()
        second?.breaks(&request)
        first.breaks(&request)
        let connection =
            if let user { try OtherUser.run(user) { try client.connect() } } else {
                try client.connect()
            }
        try connection.send(request.text)
        let response = try connection.readResponse()
        let names = "\(first.name), \(second?.name ?? "nothing else")"
        #expect(response.status == first.status, "\(names)")
        #expect(response.text.contains(first.detail), "\(names): \(response.text)")
        #expect((response.headers["WWW-Authenticate"] != nil) == (first.status == 401), "\(names)")
    }

    @Test func `Of two rules that are broken, the one that comes first is told`() throws {
        let tokens = try TokenFixture()
        let worker = try WorkerProcess.start(
            "echo", "Echo", tokens.options + ["--max-body", "1000"])
        let all = Self.framing + Self.faults
        for (number, first) in all.enumerated() {
            try check(worker.client, first, nil)
            for second in all.dropFirst(number + 1) where !Self.excludes(first, second) {
                try check(worker.client, first, second)
            }
        }
    }

    @Test(.enabled(if: OtherUser.isPossible, "only root can act as other users"))
    func `A user who is not admitted comes behind the request's origin, and before the token`()
        throws
    {
        let tokens = try TokenFixture()
        let worker = try WorkerProcess.start(
            "echo", "Echo",
            tokens.options + ["--max-body", "1000", "--allow-user", "\(OtherUser.friend)"])
        let peer = Fault("peer", 403, "The user behind") { _ in }
        let before = Self.framing + Self.faults.prefix(3)
        for fault in before { try check(worker.client, fault, peer, as: OtherUser.stranger) }
        for fault in Self.faults.dropFirst(3) {
            try check(worker.client, peer, fault, as: OtherUser.stranger)
        }
    }

    @Test func `A connection too many comes behind its framing, and before all else`() throws {
        let tokens = try TokenFixture()
        let worker = try WorkerProcess.start(
            "echo", "Echo", tokens.options + ["--max-body", "1000", "--max-connections", "1"])
        let served = try worker.client.connect()
        try served.send("GET", "/health")
        #expect(try served.readResponse().status == 200)
        let excess = Fault("connections", 503, "--max-connections") { _ in }
        for fault in Self.framing { try check(worker.client, fault, excess) }
        for fault in Self.faults { try check(worker.client, excess, fault) }
        try served.send("GET", "/health")
        #expect(try served.readResponse().status == 200)
    }

    @Test func `What is refused is told before its body is too large, and says nothing of that`()
        throws
    {
        let tokens = try TokenFixture()
        let worker = try WorkerProcess.start(
            "echo", "Echo", tokens.options + ["--max-body", "1000"])
        for (path, header, status) in [
            ("/execute", nil, 401), ("/", nil, 401), ("/nowhere", TokenFixture.header, 404),
        ] as [(String, (String, String)?, Int)] {
            for length in ["1100", "99999999"] {
                let connection = try worker.client.connect()
                try connection.send(
                    path == "/" ? "GET" : "POST", path,
                    headers: [("Content-Length", length)] + (header.map { [$0] } ?? []))
                if length == "1100" { try connection.send(String(repeating: "x", count: 1_100)) }
                let response = try connection.readResponse()
                #expect(response.status == status, "\(path) \(length)")
                #expect((response.headers["WWW-Authenticate"] != nil) == (status == 401))
                #expect(response.headers["Connection"] == "close")
                #expect(response.text.contains("token-dialog") == (path == "/"))
            }
        }
    }
}
