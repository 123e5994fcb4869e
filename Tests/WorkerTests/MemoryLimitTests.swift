import TestSupport
import Testing

/// --max-buffered: what clients send and plugins answer holds no more memory than that.
@Suite(.blocking) struct MemoryLimitTests {
    private static let head = "POST /execute HTTP/1.1\r\nHost: localhost\r\n"

    private static func body(_ count: Int) -> String {
        "{" + String(repeating: " ", count: count - 2) + "}"
    }

    private static func expectNoRoom(_ response: HTTPResponse) {
        #expect(response.status == 503)
        #expect(response.isDetail && response.text.contains("--max-buffered"))
        #expect(response.headers["Retry-After"] == "1")
    }

    @Test func `What counts is what has come of a body, not what its client says will come`() throws
    {
        let worker = try WorkerProcess.start("echo", "Echo", ["--max-buffered", "64M"])
        let declaring = try (0..<20).map { _ in
            let connection = try worker.client.connect()
            try connection.send(Self.head + "Content-Length: 33554432\r\n\r\n{")
            return connection
        }
        let served = try worker.client.post("/execute", Self.body(4 << 20))
        #expect(served.status == 200)
        for connection in declaring { connection.close() }
    }

    @Test func `A sixteenth is left to small bodies where large ones take all that they may`()
        throws
    {
        let worker = try WorkerProcess.start("echo", "Echo", ["--max-buffered", "1M"])
        let large = try (0..<8).map { _ in
            let connection = try worker.client.connect()
            try connection.send(
                Self.head + "Content-Length: 130000\r\n\r\n" + Self.body(120_000))
            return connection
        }
        // One that comes while they are read may take the room of some.
        let deadline = Deadline()
        while true {
            let refused = try worker.client.post("/execute", Self.body(300_000))
            if refused.status == 503 {
                Self.expectNoRoom(refused)
                break
            }
            if deadline.hasPassed { throw TestFailure("large bodies take more than they may") }
        }
        for _ in 0..<10 {
            let served = try worker.client.post("/execute", Self.body(40_000))
            #expect(served.status == 200)
        }
        for connection in large { connection.close() }
    }

    @Test func `Results that slow readers have not taken count, and then no call starts`() throws {
        let worker = try WorkerProcess.start("calls", "Calls", ["--max-buffered", "40M"])
        let huge = "{\"kwargs\":{\"mode\":\"huge\",\"size\":16777216}}"
        let readers = try (0..<3).map { _ in
            let connection = try worker.client.connect()
            connection.descriptor.limitReceiving(to: 4096)
            try connection.send("POST", "/execute", body: huge)
            #expect(try connection.readHead().status == 200)
            return connection
        }
        for _ in 0..<10 { Self.expectNoRoom(try worker.client.post("/execute", "{}")) }
        Self.expectNoRoom(try worker.client.post("/execute_stream", "{}"))
        for path in ["/health", "/calls", "/config"] {
            #expect(try worker.client.get(path).status == 200)
        }
        for path in ["/cancel", "/cleanup"] {
            #expect(try worker.client.post(path).status == 200)
        }
        readers[0].close()
        readers[1].close()
        let served = try worker.answersAgain()
        #expect(served.status == 200)
        #expect(!Sanitizer.leavesMemoryAlone || worker.facts.anonymousKiB < 120 << 10)
    }

    @Test(arguments: ["/act", "/beside", "/alone/A-z_0.9~"])
    func `Endpoints of the plugin's own hold no more answers for slow readers than calls`(
        path: String
    ) throws {
        let worker = try WorkerProcess.start("endpoints", "Endpoints", ["--max-buffered", "40M"])
        let huge = "{\"do\":\"long_header\",\"length\":1,\"size\":16777216}"
        // Most are taken in before the first answer is there.
        let readers = try (0..<20).map { _ in
            let connection = try worker.client.connect()
            connection.descriptor.limitReceiving(to: 4096)
            try connection.send("POST", path, body: huge)
            return connection
        }
        let statuses = try readers.map { try $0.readHead().status }
        #expect(Set(statuses) == [202, 503], "\(statuses)")
        #expect(!Sanitizer.leavesMemoryAlone || worker.facts.anonymousKiB < 240 << 10)
        for path in ["/act", "/beside", "/alone/A-z_0.9~"] {
            Self.expectNoRoom(try worker.client.post(path))
        }
        #expect(try worker.client.post("/cleanup").status == 200)
        for connection in readers { connection.close() }
        #expect(try worker.answersAgain().status == 200)
    }

    @Test
    func `The body of a call whose client has gone counts until the plugin has ended the call`()
        throws
    {
        let gate = try Gate(in: TemporaryFolder())
        let worker = try WorkerProcess.start("calls", "Calls", ["--max-buffered", "4M"])
        let connection = try worker.client.connect()
        let kwargs = "{\"kwargs\":{\"mode\":\"block\",\(gate.kwargs)}"
        try connection.send(
            "POST", "/execute", body: kwargs + String(repeating: " ", count: 3 << 20) + "}")
        try gate.arrival()
        connection.close()
        for _ in 0..<10 {
            // Refused by its header block alone: what would follow might meet a closed connection.
            let refused = try worker.client.connect()
            try refused.send(Self.head + "Content-Length: \(2 << 20)\r\n\r\n")
            Self.expectNoRoom(try refused.readResponse())
        }
        try gate.release()
        let deadline = Deadline()
        var served: HTTPResponse?
        while served == nil || served?.status == 503, !deadline.hasPassed {
            served = try? worker.client.post("/execute", Self.body(2 << 20))
        }
        #expect(served?.status == 200)
    }
}

extension LiveWorker {
    /// Asks until the answer is another than 503.
    fileprivate func answersAgain(_ body: String = "{\"kwargs\":{\"mode\":\"nts\"}}") throws
        -> HTTPResponse
    {
        let deadline = Deadline()
        while true {
            let response = try client.post("/execute", body)
            if response.status != 503 || deadline.hasPassed { return response }
        }
    }
}
