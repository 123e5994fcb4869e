import TestSupport
import Testing
import WorkerCalls
import WorkerCore
import WorkerHTTP

@Suite(.blocking) struct ControlEndpointTests {
    private static let documents: [(String, String)] = [
        (
            "/health",
            #"{"status":"running","pid":42,"name":"Fake \"plugin\"","version":"1.2","#
                + #""state":"ready","uptime_seconds":0,"calls_running":3,"calls_queued":4}"#
        ),
        ("/stats", #"{"pid":42,"cpu_percent":12.5,"memory_rss_mb":34.25,"subtree_pids":[42,43]}"#),
        ("/progress", #"{"progress":0.5,"message":"half \"way\""}"#),
        ("/config_schema", #"{"type":"object"}"#), ("/config", "{}"),
        ("/health?x=1&y", ""), ("/%68ealth", ""), ("http://localhost/health", ""),
    ]

    @Test(arguments: documents)
    func `GET answers from a snapshot, and HEAD says the same without a body`(
        path: String, body: String
    ) throws {
        try withServer { server throws in
            let connection = try server.client.connect()
            let body = body.isEmpty ? Self.documents[0].1 : body
            for _ in 0..<2 {
                try connection.send("GET", path)
                let got = try connection.readResponse()
                #expect(got.status == 200 && got.text == body)
                #expect(got.headers["Content-Type"] == "application/json")
                try connection.send("HEAD", path)
                let head = try connection.readResponse(toHead: true)
                #expect(head.status == 200 && head.body.isEmpty)
                #expect(head.headers["Content-Length"] == String(body.utf8.count))
                // A body is read and dropped, also where none is expected.
                try connection.send("GET", path, body: "ignored")
                #expect(try connection.readResponse().text == body)
            }
        }
    }

    @Test(arguments: [
        ("/health", "POST", "GET, HEAD"), ("/progress", "DELETE", "GET, HEAD"),
        ("/config", "OPTIONS", "GET, HEAD"), ("/execute", "GET", "POST"),
        ("/execute", "HEAD", "POST"), ("/cancel", "PUT", "POST"),
        ("/execute_stream", "BREW", "POST"),
    ])
    func `A wrong method is answered with those that fit, and the connection stays`(
        path: String, method: String, allow: String
    ) throws {
        try withServer { server throws in
            let connection = try server.client.connect()
            for _ in 0..<2 {
                let body = method == "POST" ? "{}" : nil
                try connection.send(method, path, body: body)
                let response = try connection.readResponse(toHead: method == "HEAD")
                #expect(response.status == 405)
                #expect(response.headers["Allow"] == allow)
                if method != "HEAD" {
                    #expect(response.text == #"{"detail":"Method Not Allowed"}"#)
                }
            }
            try connection.send("GET", "/health")
            #expect(try connection.readResponse().status == 200)
        }
    }

    @Test(arguments: [
        "/page", "/healt", "/health/", "//health", "/health%00", "/health%00x", "/%", "/Health",
        "/x?/health",
        "*", "http://localhost", "http://localhost//health",
    ])
    func `Another path is not found, whatever the method, and the connection stays`(
        path: String
    ) throws {
        try withServer { server throws in
            let connection = try server.client.connect()
            for (method, body) in [("GET", nil), ("POST", "{}"), ("BREW", nil)] {
                try connection.send(method, path, body: body)
                let response = try connection.readResponse()
                #expect(response.status == 404)
                #expect(response.text == #"{"detail":"Not Found"}"#)
            }
        }
    }

    @Test func `A snapshot that the plugin could not give is its failure`() throws {
        try withServer { server throws in
            let failure = CallFailure(.unsupported, "have none")
            server.service.state.withLock { $0.config = .failure(failure) }
            let response = try server.client.get("/config")
            #expect(response.status == 501 && response.text == #"{"detail":"have none"}"#)
        }
    }

    @Test(
        arguments: [
            (.cancelled, #"{"status":"cancelled"}"#),
            (.notSupported, #"{"status":"not_supported"}"#),
            (.failed("no \"way\""), #"{"status":"error","detail":"no \"way\""}"#),
        ] as [(CancelAnswer, String)])
    func `Cancel answers what became of it, now or later, with a body or without`(
        reply: CancelAnswer, text: String
    ) throws {
        try withServer { server throws in
            for body in ["{}", "", nil] {
                let connection = try server.client.connect()
                try connection.send("POST", "/cancel", body: body)
                let answer = try server.service.cancel()
                #expect(try server.client.get("/health").status == 200)
                answer(reply)
                #expect(try connection.readResponse().text == text)
            }
        }
    }

    @Test(arguments: [
        ("Host: evil.com", 403), ("Host: localhost.evil.com", 403), ("Host: 127.1", 403),
        ("Host: user@localhost", 403), ("Host:", 403), ("Host: LOCALHOST:1", 200),
        ("Host: [::1]:9", 200), ("Host: localhost\r\nOrigin: http://evil.com", 403),
        ("Host: localhost\r\nOrigin: null", 403), ("X: y", 400),
        ("Host: localhost\r\nHost: localhost", 400), ("Host: localhost\r\n folded: x", 400),
        ("Host: localhost\r\nTransfer-Encoding: gzip", 400),
        ("Host: localhost\r\nContent-Length: 0\r\nTransfer-Encoding: chunked", 400),
        ("Host: localhost\r\nContent-Length: 0\r\nContent-Length: 1", 400),
    ])
    func `The client and the framing of a request are looked at first`(
        fields: String, status: Int
    ) throws {
        try withServer { server throws in
            for path in ["/health", "/nowhere"] {
                let connection = try server.client.connect()
                try connection.send("GET \(path) HTTP/1.1\r\n\(fields)\r\n\r\n")
                let response = try connection.readResponse()
                #expect(response.status == (status == 200 && path == "/nowhere" ? 404 : status))
                guard status != 200 else { continue }
                #expect(response.isDetail)
                #expect((response.headers["Connection"] == "close") == (status == 400))
            }
        }
    }

    @Test func `The server's own origin is allowed, and a target's authority is looked at`() throws
    {
        try withServer { server throws in
            let own = "http://localhost:\(server.port)"
            let allowed = try server.client.request("GET", "/health", headers: [("Origin", own)])
            #expect(allowed.status == 200)
            #expect(try server.client.get("http://evil.com/health").status == 403)
        }
    }

    @Test func `While the usage is read, however long that takes, other questions are answered`()
        throws
    {
        try withServer { server throws in
            let gate = Monitor((arrived: 0, open: false))
            server.service.state.withLock { state in
                state.beforeUsage = {
                    gate.withLock { $0.arrived += 1 }
                    _ = gate.wait(until: Deadline()) { $0.open ? true : nil }
                }
            }
            let asking = try (0..<50).map { _ in
                let connection = try server.client.connect()
                try connection.send("GET", "/stats")
                return connection
            }
            #expect(gate.wait(until: Deadline()) { $0.arrived > 0 ? true : nil } == true)
            for path in ["/health", "/calls", "/progress", "/config"] {
                #expect(try server.client.get(path).status == 200)
            }
            let gone = try server.client.connect()
            try gone.send("GET", "/stats")
            gone.close()
            gate.withLock { $0.open = true }
            for connection in asking {
                #expect(try connection.readResponse().text == Self.documents[1].1)
            }
        }
    }

    @Test func `The list of calls is made once for all that ask within 50 ms`() throws {
        try withServer { server throws in
            let connection = try server.client.connect()
            let start = Deadline.now
            for _ in 0..<200 {
                try connection.send("GET", "/calls")
                #expect(try connection.readResponse().text == "{\"calls\":[]}")
            }
            let elapsed = Int(Deadline.now - start)
            let listings = server.service.state.withLock { $0.listings }
            #expect((1...(elapsed / 50 + 2)).contains(listings))
        }
    }
}
