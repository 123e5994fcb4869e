import TestSupport
import Testing

/// What is wrong with a request is said before its body is asked for.
@Suite(.blocking) struct ExpectationTests {
    static let refused: [(String, [(String, String)], Int)] = [
        ("POST /nowhere", [], 404), ("POST /health", [], 405), ("PUT /execute", [], 405),
        ("POST /execute", [("Origin", "https://evil.example")], 403),
        ("POST /execute", [("X-Timeout", "soon")], 400),
        ("POST /execute", [("X-Request-Id", "a b")], 400),
        ("POST /execute", [("Content-Encoding", "gzip")], 415),
        ("POST /cancel/none", [("X-Timeout", "-1")], 400),
    ]

    @Test(arguments: refused)
    func `A client that expects 100-continue is told of a refusal at once, and its connection ends`(
        line: String, headers: [(String, String)], status: Int
    ) throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let parts = line.split(separator: " ").map(String.init)
        for length in [("Content-Length", "12"), ("Transfer-Encoding", "chunked")] {
            let connection = try worker.client.connect()
            try connection.send(
                parts[0], parts[1], headers: headers + [("Expect", "100-continue"), length])
            let response = try connection.readResponse()
            #expect(response.informational.isEmpty)
            #expect(response.status == status)
            #expect(response.isDetail)
            #expect(try connection.isClosedByServer())
        }
    }

    @Test(arguments: ["/execute", "/initialize", "/cancel"])
    func `A client that expects 100-continue is asked for its body where nothing is wrong`(
        path: String
    ) throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let connection = try worker.client.connect()
        try connection.send(
            "POST", path, headers: [("Expect", "100-Continue"), ("Content-Length", "2")])
        try connection.send("{}")
        let response = try connection.readResponse()
        #expect(response.informational == [100])
        #expect(response.status == 200)
    }

    @Test func `A client that expects anything else gets 417, and the connection stays`() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let connection = try worker.client.connect()
        try connection.send("POST", "/execute", body: "{}", headers: [("Expect", "coffee")])
        #expect(try connection.readResponse().status == 417)
        try connection.send("GET", "/health", headers: [("Expect", "coffee")])
        #expect(try connection.readResponse().status == 417)
        try connection.send("POST", "/execute", body: "{}")
        #expect(try connection.readResponse().status == 200)
    }

    @Test func `A body with a coding is 415 where it is read, and identity is none`() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let connection = try worker.client.connect()
        for (path, coding, status) in [
            ("/execute", "gzip", 415), ("/execute_stream", "br", 415), ("/initialize", "gzip", 415),
            ("/execute", "identity", 200), ("/execute", "Identity", 200), ("/cancel", "gzip", 200),
        ] {
            try connection.send(
                "POST", path, body: "{}", headers: [("Content-Encoding", coding)])
            #expect(try connection.readResponse().status == status, "\(path) \(coding)")
        }
    }

    @Test func `X-Timeout names its bounds`() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        for value in ["0", "-1", "soon", "31622401", "1e3"] {
            let response = try worker.client.request(
                "POST", "/execute", body: "{}", headers: [("X-Timeout", value)])
            #expect(response.status == 400)
            #expect(response.text.contains("above 0 and up to 31622400"), "\(response.text)")
        }
    }
}
