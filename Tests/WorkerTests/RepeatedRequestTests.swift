import TestSupport
import Testing

/// A client that asks the same again and again is answered without another look at its header block.
@Suite(.blocking) struct RepeatedRequestTests {
    private static let usual = "GET /health?q HTTP/1.1\r\nHost: localhost\r\nA: b\r\n\r\n"

    /// As long as the usual one, and not the same.
    static let others = [
        ("GET /health?q HTTP/1.1\r\nHost: evil.host\r\nA: b\r\n\r\n", 403),
        ("GET /healtx?q HTTP/1.1\r\nHost: localhost\r\nA: b\r\n\r\n", 404),
        ("PUT /health?q HTTP/1.1\r\nHost: localhost\r\nA: b\r\n\r\n", 405),
        ("GET /health?\u{1} HTTP/1.1\r\nHost: localhost\r\nA: b\r\n\r\n", 400),
        ("GET /health?q HTTP/1.1\r\nHost: localhost\0\0A: b\r\n\r\n", 400),
        ("GET /health?q HTTP/1.1\r\nHost: localhost\0\0A\0 b\r\n\r\n", 400),
        ("GET /health?q HTTP/1.1\r\nHost: localhost\r\n A:b\r\n\r\n", 400),
        ("GET /health?q HTTP/1.1\r\nHost: localhost\r\n: xx\r\n\r\n", 400),
    ]

    @Test(arguments: others)
    func `What differs from the usual request is read anew`(request: String, status: Int) throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let connection = try worker.client.connect()
        for _ in 1...4 {
            try connection.send(Self.usual)
            #expect(try connection.readResponse().status == 200)
        }
        try connection.send(request)
        #expect(try connection.readResponse().status == status)
    }

    @Test func `Each request of the kind is counted, and answered as things are`() throws {
        let worker = try WorkerProcess.start("lifecycle", "Lifecycle")
        let connection = try worker.client.connect()
        for _ in 1...4 {
            try connection.send(Self.usual)
            #expect(try connection.readResponse().status == 200)
        }
        let metrics = try worker.client.get("/metrics").text
        #expect(metrics.contains(#"endpoint="/health",outcome="ok"} 4"#), "\(metrics)")
        let other = Self.usual.replacing("/health?q", with: "/stats")
        try connection.send(other)
        #expect(try connection.readResponse().text.contains("rss"))
        try connection.send(Self.usual)
        #expect(try connection.readResponse().text.contains("\"state\""))
    }
}
