import Glibc
import TestSupport
import Testing

/// `--access-log`: a line for each request that the worker has answered.
@Suite(.blocking) struct AccessLogTests {
    private static let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    private static func start(
        _ fixture: String = "echo", _ className: String = "Echo", _ options: [String] = []
    ) throws -> LiveWorker {
        try WorkerProcess.start(fixture, className, ["--access-log"] + options)
    }

    /// What the log says of requests, without moment and level, at its end; that is asked for here.
    private static func lines(_ worker: LiveWorker, endsAlready: Bool = false) throws -> [String] {
        if !endsAlready { worker.process.signal(SIGTERM) }
        try worker.process.expectEnd(.exited(0))
        return try worker.process.standardError.textAtEnd().split(separator: "\n")
            .compactMap { line in
                line.firstRange(of: " info request: ").map { String(line[$0.upperBound...]) }
            }
    }

    /// Waits until the log has lines of so many requests.
    private static func waitForLines(_ count: Int, of worker: LiveWorker) throws {
        let deadline = Deadline()
        while worker.process.standardError.text.split(separator: " info request: ").count <= count {
            if deadline.hasPassed {
                throw TestFailure("no \(count) lines: \(worker.process.standardError.text)")
            }
            poll(nil, 0, 1)
        }
    }

    /// The fields of a line, by name.
    private static func fields(_ line: String) -> [String: String] {
        var fields: [String: String] = [:]
        for field in line.split(separator: " ") {
            let parts = field.split(separator: "=", maxSplits: 1)
            fields[String(parts[0])] = parts.count == 2 ? String(parts[1]) : ""
        }
        return fields
    }

    private static func post(_ path: String, _ headers: String, _ body: String = "") -> String {
        "POST \(path) HTTP/1.1\r\nHost: localhost\r\n\(headers)\r\n\(body)"
    }

    /// A request, and what the line says of it.
    private static let requests = [
        ("GET /health?secret=1 HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET /health 200 ok"),
        ("HEAD /health HTTP/1.1\r\nHost: localhost\r\n\r\n", "HEAD /health 200 ok"),
        ("GET /stats HTTP/1.0\r\n\r\n", "GET /stats 200 ok"),
        ("GET /no/secret HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET unmatched 404 rejected"),
        ("GET /progress/secret HTTP/1.1\r\nHost: a\r\n\r\n", "GET unmatched 403 rejected"),
        (
            "GET /progress/secret HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "GET /progress/{id} 404 rejected"
        ),
        ("BREW /health HTTP/1.1\r\nHost: localhost\r\n\r\n", "- unmatched 405 rejected"),
        ("OPTIONS /health HTTP/1.1\r\nHost: localhost\r\n\r\n", "OPTIONS unmatched 405 rejected"),
        (
            post("/execute", "Content-Length: 13\r\n", #"{"args":["x"]}"#),
            "POST /execute 400 rejected"
        ),
        (post("/execute", "Content-Length: 14\r\n", #"{"args":["x"]}"#), "POST /execute 200 ok"),
        (post("/execute", ""), "POST /execute 411 rejected"),
        (
            post("/execute", "Content-Length: 2\r\nExpect: x\r\n", "{}"),
            "POST /execute 417 rejected"
        ),
        (
            post("/execute", "Content-Length: 2\r\nContent-Encoding: gzip\r\n", "{}"),
            "POST /execute 415 rejected"
        ),
        (
            post("/execute", "Content-Length: 2\r\nX-Timeout: never\r\n", "{}"),
            "POST /execute 400 rejected"
        ),
        (
            post("/execute", "Content-Length: 99999\r\nExpect: 100-continue\r\n"),
            "POST /execute 413 rejected"
        ),
        (
            post("/execute", "Content-Length: 5000\r\n", String(repeating: " ", count: 5_000)),
            "POST /execute 413 rejected"
        ),
        (
            post(
                "/execute", "Content-Length: 900000\r\n", String(repeating: " ", count: 900_000)),
            "POST /execute 413 rejected"
        ),
        (post("/execute", "Content-Length: x\r\n"), "- unmatched 400 rejected"),
        (
            post("/execute", "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "{}"),
            "POST unmatched 400 rejected"
        ),
        (post("/execute", "Transfer-Encoding: chunked\r\n", "x\r\n"), "POST /execute 400 rejected"),
        (
            post("/execute", "X: " + String(repeating: "a", count: 20_000)),
            "- unmatched 431 rejected"
        ),
        (
            "GET /" + String(repeating: "a", count: 20_000) + " HTTP/1.1\r\n\r\n",
            "- unmatched 414 rejected"
        ),
        ("GET / HTTP/9.9\r\n\r\n", "- unmatched 505 rejected"),
        ("secret\r\n\r\n", "- unmatched 400 rejected"),
    ]

    @Test
    func `Each request leaves one line, which says what was answered and never what was asked`()
        throws
    {
        let worker = try Self.start("echo", "Echo", ["--max-body", "4096"])
        for (index, (request, said)) in Self.requests.enumerated() {
            let connection = try worker.client.connect()
            // What is too long may have been answered, and the connection reset, in the middle of it.
            try? connection.send(request)
            if let head = try? connection.readHead() {
                #expect(said.contains(" \(head.status) "), "\(head)")
            }
            connection.close()
            try Self.waitForLines(index + 1, of: worker)
        }
        let text = try worker.client.get("/metrics").text
        let counted = text.split(separator: "\n")
            .filter { $0.hasPrefix("universal_worker_requests_total") }
            .compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }.reduce(0, +)
        let lines = try Self.lines(worker)
        #expect(!lines.joined().contains("secret") && !lines.joined().contains("args"))
        #expect(counted == lines.count - 1)  // but for that for /metrics
        for (index, (_, said)) in Self.requests.enumerated() {
            let fields = Self.fields(lines[index])
            let line = ["method", "endpoint", "status", "outcome"].map { fields[$0] ?? "" }
            #expect(line.joined(separator: " ") == said, "\(lines[index])")
            #expect(fields["peer"]?.hasPrefix("127.0.0.1:") == true)
            #expect(fields["id"] == nil || fields["endpoint"] != "/health")
        }
        #expect(lines.count == Self.requests.count + 1, "\(lines)")
    }

    @Test func `A line has the length of the body, the id, the peer and the trace`() throws {
        let worker = try Self.start()
        let connection = try worker.client.connect()
        let headers = [("X-Request-Id", "job=\"7\""), ("traceparent", Self.trace)]
        try connection.send("POST", "/execute", body: #"{"args":["four"]}"#, headers: headers)
        let count = try connection.readResponse().body.count
        try connection.send("GET", "/health", headers: headers)
        let health = try connection.readResponse().body.count
        try connection.send("HEAD", "/health", headers: headers + [("traceparent", Self.trace)])
        _ = try connection.readResponse(toHead: true)
        try connection.send("POST", "/cancel", headers: [("traceparent", "00-1\"")])
        _ = try connection.readResponse()
        let lines = try Self.lines(worker)
        let pattern = try Regex(
            "method=POST endpoint=/execute status=200 outcome=ok bytes=\(count) ms=[0-9]+ "
                + "id=job=\"7\" peer=127.0.0.1:[0-9]+ trace=\(Self.trace)")
        #expect(lines[0].wholeMatch(of: pattern) != nil, "\(lines[0])")
        let (first, second) = (Self.fields(lines[0]), Self.fields(lines[1]))
        #expect(second["bytes"] == "\(health)" && second["id"] == "job=\"7\"")
        #expect(second["peer"] == first["peer"] && second["trace"] == Self.trace)
        // Several such headers say nothing, as W3C has it; and nothing is left of the request before.
        let (third, fourth) = (Self.fields(lines[2]), Self.fields(lines[3]))
        #expect(third["bytes"] == "0" && third["trace"] == nil && third["id"] == "job=\"7\"")
        #expect(fourth["trace"] == nil && fourth["id"] != nil && fourth["id"] != first["id"])
    }

    @Test func `A stream leaves its line at the end, with how many bytes were sent`() throws {
        let worker = try Self.start("streams", "Streams")
        let whole = try worker.client.stream(#"{"mode":"count","count":1000}"#)
        #expect(whole.trailers["X-Stream-End"] == "complete")
        let failed = try worker.client.stream(#"{"mode":"error"}"#)
        #expect(failed.status == 200 && failed.trailers["X-Stream-End"] == "error")
        let endless = try worker.begin(
            "endless", #"{"mode":"endless"}"#, path: "/execute_stream")
        _ = try endless.readHead()
        _ = try endless.readChunk()
        endless.close()
        try worker.counts("execute_stream", "disconnected", 1)
        let lines = try Self.lines(worker).map(Self.fields).filter {
            $0["endpoint"] == "/execute_stream"
        }
        #expect(lines.map { $0["status"] } == ["200", "200", "200"])
        #expect(lines.map { $0["outcome"] } == ["ok", "error", "disconnected"])
        #expect(lines[0]["bytes"] == "\(whole.body.count)")
        #expect(lines[1]["bytes"] == "\(failed.body.count)")
        #expect((lines[2]["bytes"].flatMap { Int($0) } ?? 0) > 0)
        #expect(lines[2]["id"] == "endless")
    }

    @Test func `A client that leaves before its answer, or is late, leaves a line`() throws {
        let worker = try Self.start(
            "cancellation", "Ignores", ["--header-timeout", "0.2", "--body-timeout", "0.2"])
        let gate = try Gate(in: TemporaryFolder())
        let call = try worker.begin("left", "{\(gate.kwargs)}")
        try gate.arrival()
        call.close()
        try worker.counts("execute", "disconnected", 1)
        try gate.release()
        for start in [
            "GET /health HTTP/1.1\r\nX: ", Self.post("/execute", "Content-Length: 9\r\n"),
        ] {
            let connection = try worker.client.connect()
            try connection.send(start)
            #expect(try connection.readResponse().status == 408)
        }
        // Nothing asked, nothing said.
        #expect(try worker.client.connect().readResponse().status == 408)
        let text = try Self.lines(worker).map(Self.fields).filter { $0["outcome"] != "ok" }
            .map { "\($0["endpoint"] ?? "") \($0["status"] ?? "") \($0["outcome"] ?? "")" }
        #expect(
            text == [
                "/execute 0 disconnected", "unmatched 408 disconnected",
                "/execute 408 disconnected",
            ])
    }

    @Test func `An answer that is cut off has no length, but says that it was`() throws {
        let worker = try Self.start()
        let size = try Endpoint.capacity(receiveBuffer: 4_096) + (4 << 20)
        let connection = try worker.client.connect(receiveBuffer: 4_096)
        let text = String(repeating: "x", count: size)
        try connection.send("POST", "/execute", body: "{\"args\":[\"\(text)\"]}")
        #expect(try connection.readHead().status == 200)
        connection.reset()
        try worker.counts("execute", "disconnected", 1)
        let lines = try Self.lines(worker).map(Self.fields)
        let line = try #require(lines.first { $0["endpoint"] == "/execute" })
        #expect(line["status"] == "200" && line["outcome"] == "disconnected")
        #expect(line["bytes"] == nil && line["ms"] != nil)
    }

    @Test func `A connection too many, and requests at the end of the worker, leave lines`() throws
    {
        let worker = try Self.start(
            "cancellation", "Polls", ["--max-connections", "2", "--shutdown-grace", "4"])
        let gate = try Gate(in: TemporaryFolder())
        let call = try worker.begin("last", "{\"announce\":\"\(gate.announce)\"}")
        try gate.arrival()
        let others = try (0..<2).map { _ in
            let connection = try worker.client.connect()
            try connection.send("GET", "/health")
            return (connection, try connection.readResponse().status)
        }
        #expect(others.contains { $0.1 == 503 })
        worker.process.signal(SIGTERM)
        #expect(try call.readResponse().status == 409)
        let lines = try Self.lines(worker, endsAlready: true).map(Self.fields)
        #expect(lines.first { $0["status"] == "503" }?["endpoint"] == "unmatched")
        #expect(lines.first { $0["id"] == "last" }?["outcome"] == "cancelled")
    }

    @Test
    func `A refusal of which there is no telling whose it is leaves one line, without a peer`()
        throws
    {
        let worker = try Self.start()
        let others = try (0..<2).map { _ in
            let connection = try worker.client.connect()
            try connection.send("GET /hea")
            return connection
        }
        // They are read before it.
        #expect(try worker.client.get("/health").status == 200)
        let connection = try worker.client.connect()
        try? connection.send("GET /" + String(repeating: "a", count: 20_000) + " HTTP/1.1\r\n\r\n")
        #expect(try connection.readToEnd().starts(with: "HTTP/1.1 414 ".utf8))
        connection.close()
        for other in others {
            try other.send("lth HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(try other.readResponse().status == 200)
        }
        let lines = try Self.lines(worker)
        #expect(lines.count == 4 && lines.count { $0.contains("endpoint=/health ") } == 3)
        #expect(lines.contains { $0.contains(" status=414 outcome=rejected peer=-") }, "\(lines)")
    }

    @Test func `On a Unix socket the peer is a user and a process`() throws {
        let folder = try TemporaryFolder()
        let socket = try Listener.unix(folder.file("socket"))
        let process = try WorkerProcess(
            arguments: [
                "--module", try Fixture.path("echo"), "--class", "Echo", "--fd", "3",
                "--access-log",
            ], inherited: [socket])
        let client = HTTPClient(.unix(folder.file("socket")))
        #expect(try client.get("/health").status == 200)
        let line = try process.standardError.line(containing: " request: ")
        #expect(line.hasSuffix(" peer=uid=\(getuid()),pid=\(getpid())"), "\(line)")
    }

    @Test func `No line is written unless asked for, and then whatever the level is`() throws {
        let quiet = try WorkerProcess.start("echo", "Echo")
        #expect(try quiet.client.get("/health").status == 200)
        #expect(try Self.lines(quiet).isEmpty)
        let listener = try Listener()
        let process = try WorkerProcess(
            arguments: [
                "--module", try Fixture.path("echo"), "--class", "Echo", "--fd", "3",
                "--log-level", "error",
            ], environment: ["UNIVERSAL_WORKER_ACCESS_LOG": "yes"],
            inherited: [listener.descriptor])
        #expect(try HTTPClient(.tcp(listener.port)).get("/health").status == 200)
        let line = try process.standardError.line("line") { String($0) }
        #expect(line.contains(" info request: method=GET endpoint=/health "))
    }

    @Test func `A log that is not read holds no request up, and what is lost is counted`() throws {
        let pipe = try Descriptor.pipe()
        let listener = try Listener()
        // Its stderr is the pipe.
        let process = try WorkerProcess(
            arguments: [
                "--module", try Fixture.path("echo"), "--class", "Echo", "--fd", "3",
                "--access-log",
            ], inherited: [listener.descriptor, pipe.writing],
            wrapper: ["/bin/sh", "-c", "exec \"$0\" \"$@\" 2>&4 4>&-"])
        pipe.writing.close()
        let connection = try HTTPClient(.tcp(listener.port)).connect()
        let count = 8_000
        for _ in 0..<count {
            try connection.send("GET", "/health/live")
            #expect(try connection.readResponse().status == 200)
        }
        var (text, known) = ([UInt8](), 0)
        let deadline = Deadline()
        while known < count {
            try pipe.reading.wait(for: POLLIN, "the rest of the log", until: deadline)
            text += try pipe.reading.read()
            known = String(decoding: text, as: UTF8.self).split(separator: "\n").reduce(0) {
                if $1.contains(" request: ") { return $0 + 1 }
                guard $1.hasSuffix(" log lines were dropped, since the log was not read") else {
                    return $0
                }
                return $0 + ($1.split(separator: " ").dropFirst(2).first.flatMap { Int($0) } ?? 0)
            }
        }
        #expect(known == count)
        #expect(String(decoding: text, as: UTF8.self).contains("log lines were dropped"))
        #expect(process.isRunning)
    }
}
