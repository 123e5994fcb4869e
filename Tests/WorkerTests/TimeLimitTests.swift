import TestSupport
import Testing

/// Clients that take their time.
@Suite(.blocking) struct TimeLimitTests {
    /// Seconds: what a worker allows, and what a test on a busy machine may need in between.
    private static let limit = 3
    /// Milliseconds by which a limit may seem shorter: the worker counts from the beginning of a turn
    /// of its loop, which may be a little before the request.
    private static let slack = 100

    /// A worker that allows `option` so long, and all else long enough.
    private static func start(_ option: String) throws -> LiveWorker {
        let others = ["--header-timeout", "--body-timeout", "--idle-timeout"]
            .filter { $0 != option }.flatMap { [$0, "300"] }
        return try WorkerProcess.start("echo", "Echo", [option, "\(limit)"] + others)
    }

    /// Sends a byte of `text` every second until something comes back or all is sent.
    private static func drip(_ text: String, into connection: HTTPConnection) throws {
        for byte in text.utf8 {
            guard connection.staysSilent(milliseconds: 1000) else { return }
            try connection.send([byte])
        }
    }

    /// Asks a worker again and again while `body` goes on, over one connection.
    private static func whileServing(
        _ worker: LiveWorker, _ body: @escaping @Sendable () throws -> Void
    ) throws {
        let slow = Background(body)
        let connection = try worker.client.connect()
        repeat {
            try connection.send("POST", "/execute", body: "{}")
            #expect(try connection.readResponse().status == 200)
        } while (try? slow.value(within: 20)) == nil && slow.isRunning
        try slow.value()
    }

    private static func expectTimeout(_ connection: HTTPConnection) throws {
        let response = try connection.readResponse()
        #expect(response.status == 408)
        #expect(response.isDetail)
        #expect(response.headers["Connection"]?.lowercased() == "close")
        #expect(try connection.isClosedByServer())
    }

    @Test(arguments: ["", "GET /health HTTP/1.1\r\nHost: localhost\r\nX-Long: abcdefghijkl"])
    func `A client that drips its first header block, or sends none, gets 408`(text: String) throws
    {
        let worker = try Self.start("--header-timeout")
        try Self.whileServing(worker) {
            let start = Deadline.now
            let connection = try worker.client.connect()
            try Self.drip(text, into: connection)
            try Self.expectTimeout(connection)
            #expect(Deadline.now - start >= 1000 * Self.limit - Self.slack)
        }
    }

    @Test(arguments: ["length", "chunks"])
    func `A client that drips its body gets 408`(framing: String) throws {
        let worker = try Self.start("--body-timeout")
        try Self.whileServing(worker) {
            let start = Deadline.now
            let connection = try worker.client.connect()
            let field =
                framing == "length" ? "Content-Length: 50" : "Transfer-Encoding: chunked"
            try connection.send(
                "POST /execute HTTP/1.1\r\nHost: localhost\r\n\(field)\r\n\r\n")
            let text = framing == "length" ? "{\"args\":[" : "32\r\n{\"args"
            try Self.drip(text + "1,2,3,4,5,6,7,8,9", into: connection)
            try Self.expectTimeout(connection)
            #expect(Deadline.now - start >= 1000 * Self.limit - Self.slack)
        }
    }

    @Test
    func `A client that is late with a later request is closed without an answer to half of it`()
        throws
    {
        let worker = try Self.start("--body-timeout")
        try Self.whileServing(worker) {
            let connection = try worker.client.connect()
            try connection.send("GET", "/health")
            #expect(try connection.readResponse().status == 200)
            let start = Deadline.now
            try connection.send(
                "POST /execute HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\n")
            try Self.drip("{\"args\":[1,2,3,4,5,6,7,8,9", into: connection)
            #expect(try connection.isClosedByServer())
            #expect(Deadline.now - start >= 1000 * Self.limit - Self.slack)
        }
    }

    @Test func `A client that sends no next request is closed at --idle-timeout`() throws {
        let worker = try Self.start("--idle-timeout")
        try Self.whileServing(worker) {
            let connection = try worker.client.connect()
            let start = Deadline.now
            try connection.send("POST", "/execute", body: "{}")
            #expect(try connection.readResponse().status == 200)
            #expect(try connection.isClosedByServer())
            #expect(Deadline.now - start >= 1000 * Self.limit - Self.slack)
        }
    }

    @Test func `A client that waits for its plugin is not too slow, however long that takes`()
        throws
    {
        let limits = ["--header-timeout", "--body-timeout", "--idle-timeout"]
        let worker = try WorkerProcess.start(
            "lifecycle", "Lifecycle", limits.flatMap { [$0, "\(Self.limit)"] })
        let gate = try Gate(in: TemporaryFolder())
        let running = try worker.begin("running", "{\(gate.kwargs)}")
        let waiting = try worker.begin("waiting", path: "/execute_stream")
        try gate.arrival()
        #expect(running.staysSilent(milliseconds: 1000 * Self.limit + 2000))
        try gate.release()
        #expect(try running.readResponse().status == 200)
        #expect(try waiting.readResponse().status == 200)
    }
}
