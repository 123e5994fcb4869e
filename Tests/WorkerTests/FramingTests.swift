import TestSupport
import Testing

/// Requests whose end two readers could see in different places are refused, and the connection ends.
@Suite("Ambiguous framing", .blocking)
struct FramingTests {
    /// What follows the ambiguous request; it must never be answered.
    private static let smuggled = "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"

    static let ambiguous = [
        "Host: localhost\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n",
        "Host: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n",
        "Host: localhost\r\nContent-Length: 2\r\nContent-Length: 3\r\n",
        "Host: localhost\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Host: localhost\r\nTransfer-Encoding: identity\r\n",
        "Host: localhost\r\nTransfer-Encoding: gzip, chunked\r\n",
        "Host: localhost\r\nTransfer-Encoding: xchunked\r\n",
        "Host: localhost\r\nTransfer-Encoding: chunked, identity\r\n",
        "Host: localhost\r\nContent-Length : 2\r\n",
        "Host: localhost\r\nContent-Length: +2\r\n",
        "Host: localhost\r\nContent-Length: -1\r\n",
        "Host: localhost\r\nContent-Length: 2, 3\r\n",
        "Host: localhost\r\nContent-Length: 0x2\r\n",
        "Host: localhost\r\nContent-Length: 99999999999999999999\r\n",
        "Host: localhost\r\nHost: localhost\r\nContent-Length: 2\r\n",
        "Content-Length: 2\r\n",
        "Host: localhost\r\nContent-Length: 2\r\n x\r\n",
        "Host: localhost\r\nContent-Length:\r\n 2\r\n",
        "Host: localhost\r\nTransfer-Encoding: chunked\r\n\tx\r\n",
        "Host: evil.example\r\n x\r\nHos: localhost\r\n t\r\nContent-Length: 2\r\n",
    ]

    @Test("in a folded line is refused where a body is not needed, too")
    func folded() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let length = Self.smuggled.utf8.count
        let answer = try worker.client.exchange(
            "POST /cancel HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(length)\r\n x\r\n\r\n"
                + Self.smuggled)
        #expect(answer.contains(" 400 "), "\(answer)")
        #expect(!answer.contains("Not Found"), "what lay behind it was answered: \(answer)")
    }

    @Test("is refused before anything behind it is read", arguments: ambiguous)
    func refused(headers: String) throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let answer = try worker.client.exchange(
            "POST /execute HTTP/1.1\r\n\(headers)\r\n{}" + Self.smuggled)
        #expect(answer.hasPrefix("HTTP/1.1 4") || answer.isEmpty, "\(answer)")
        #expect(!answer.contains("\"args\""), "the request was executed: \(answer)")
        #expect(!answer.contains("Not Found"), "what lay behind it was answered: \(answer)")
        #expect(try worker.client.get("/health").status == 200)
    }

    @Test("is refused in HTTP/1.0 too")
    func oldVersion() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let answer = try worker.client.exchange(
            "POST /execute HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n")
        #expect(answer.contains(" 400 "))
    }

    @Test("is not seen in the same length said twice")
    func sameLengthTwice() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let connection = try worker.client.connect()
        try connection.send(
            "POST /execute HTTP/1.1\r\nHost: localhost\r\n"
                + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}")
        #expect(try connection.readResponse().status == 200)
    }

    @Test(
        "of the head ends in an error or a close, never in a wait",
        arguments: [
            "nonsense\r\n\r\n", "GET\r\n\r\n", "GET /health\r\n\r\n",
            "GET /health HTTP/2.0\r\n\r\n",
            "GET /health HTTP/1.1\r\nno colon\r\n\r\n", "GET /health FTP/1.1\r\n\r\n",
            "POST /execute HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "GET /health HTTP/1.1\r\nHost: localhost\r\n folded: x\r\nConnection: close\r\n\r\n",
            "GET /" + String(repeating: "a", count: 100_000) + " HTTP/1.1\r\n\r\n",
            "GET /health HTTP/1.1\r\nX: " + String(repeating: "a", count: 100_000) + "\r\n\r\n",
        ])
    func malformed(request: String) throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let connection = try worker.client.connect()
        try? connection.send(request)
        let answer = String(decoding: try connection.readToEnd(), as: UTF8.self)
        #expect(answer.isEmpty || answer.hasPrefix("HTTP/1."), "\(answer)")
        #expect(!answer.contains(" 500 "))
        #expect(try worker.client.get("/health").status == 200)
    }

    @Test("leaves the connection in step: a GET with a body has its body skipped")
    func bodyOfGet() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let connection = try worker.client.connect()
        try connection.send("GET", "/health", body: Self.smuggled)
        try connection.send("GET", "/config")
        #expect(try connection.readResponse().status == 200)
        #expect(try connection.readResponse().text == "{}")
    }
}
