import TestSupport
import Testing

/// Connections that libmicrohttpd would keep for ever: whatever a client stops at, its place and its
/// descriptor are free again.
@Suite(.blocking) struct StuckConnectionTests {
    private static let head = "POST /execute HTTP/1.1\r\nHost: localhost\r\n"
    private static let chunked = head + "Transfer-Encoding: chunked\r\n\r\n"
    private static let long = String(repeating: "a", count: 12_200)

    private static func send(_ text: String, to worker: LiveWorker) throws -> HTTPConnection {
        let connection = try worker.client.connect()
        // What is too long may have been answered, and the connection reset, in the middle of it.
        try? connection.send(text)
        return connection
    }

    private static func waitForDescriptors(_ count: Int, of worker: LiveWorker) throws {
        let deadline = Deadline()
        while worker.facts.descriptors > count {
            if deadline.hasPassed {
                throw TestFailure("\(worker.facts.descriptors - count) descriptors are left")
            }
            #expect(try worker.client.get("/health").status == 200)
        }
    }

    /// What a client sends before it stops, by name.
    private static let stops = [
        "nothing": "", "request line": "GET /heal", "long header": head + "X: " + long,
        "body": head + "Content-Length: 9\r\n\r\n12345678", "no chunk": chunked,
        "chunk": chunked + "2\r\n{", "chunk line": chunked + "2;" + long,
        "long chunk line": chunked + "2;" + long + long,
        "zeros": chunked + String(repeating: "0", count: 12_500),
        "long trailer": chunked + "2\r\n{}\r\n0\r\nX: " + long,
        "trailers": chunked + "2\r\n{}\r\n0\r\n" + String(repeating: "X: 1\r\n", count: 60),
        "second request": head + "Content-Length: 2\r\n\r\n{}" + chunked + "2;" + long + long,
    ]

    @Test(arguments: stops.keys.sorted())
    func `A connection is gone after its time limit, whatever its client has stopped at`(
        stop: String
    ) throws {
        let text = try #require(Self.stops[stop])
        let worker = try WorkerProcess.start(
            "echo", "Echo",
            ["--header-timeout", "1", "--body-timeout", "1", "--max-connections", "20"])
        #expect(try worker.client.get("/health").status == 200)
        let before = worker.facts.descriptors
        for end in 0..<3 {
            let connections = try (0..<11).map { _ in try Self.send(text, to: worker) }
            if end == 1 { for connection in connections { connection.closeSending() } }
            if end == 2 { for connection in connections { connection.reset() } }
            // It is accepted after them.
            #expect(try worker.client.get("/health").status == 200)
            try Self.waitForDescriptors(before, of: worker)
            for connection in connections { connection.close() }
        }
        let served = try worker.client.post("/execute", "{}")
        #expect(served.status == 200)
        try worker.terminate(expecting: .exited(0))
    }

    @Test func `A buffer that is full of a chunk's size ends its connection at once, and no other`()
        throws
    {
        let worker = try WorkerProcess.start("echo", "Echo", ["--body-timeout", "600"])
        let before = worker.facts.descriptors
        let slow = try Self.send(Self.chunked + "3\r\n{  ", to: worker)
        let other = try Self.send(Self.head + "Content-Length: 2\r\n\r\n{", to: worker)
        let stuck = try Self.send(Self.chunked + "2;" + Self.long, to: worker)
        let answer = try stuck.readResponse()
        #expect(answer.status == 400 && answer.isDetail)
        #expect(try stuck.isClosedByServer())
        stuck.close()
        try Self.waitForDescriptors(before + 2, of: worker)
        try slow.send("\r\n1\r\n}\r\n0\r\n\r\n")
        try other.send("}")
        for connection in [slow, other] { #expect(try connection.readResponse().status == 200) }
    }
}
