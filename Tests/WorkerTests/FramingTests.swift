import TestSupport
import Testing

/// Requests whose end two readers could see in different places are refused, and the connection ends.
@Suite(.blocking) struct FramingTests {
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
        "Host: localhost\r\nContent-Length: 2\r\n: x\r\n",
        ": x\r\nHost: localhost\r\nContent-Length: 2\r\n",
        "Host: localhost\r\nContent-Length: 2\r\n:\r\n",
        "Host: localhost\r\nContent-Length: 2\r\n\0\r\n",
        "\0\r\nHost: localhost\r\nContent-Length: 2\r\n",
        "Host: localhost\r\n\0X: y\r\nContent-Length: 2\r\n",
        "Host: localhost\r\nContent-Length: 2\0 99\r\n",
        "Host: localhost\r\nContent-Length: 2\0\r\n",
        "Host: localhost\r\nTransfer-Encoding: chunked\0, gzip\r\n",
        "Host: localhost\r\nTransfer-Encoding: chunked \r\n",
        "Host: localhost\0.evil\r\nContent-Length: 2\r\n",
        "Host: localhost\r\nX: a\rContent-Length: 9\r\nContent-Length: 2\r\n",
        "Host: localhost\r\nContent-Length:\r\n",
        "Host: localhost\r\nContent-Length: 2, 2\r\n",
        "Host: evil.example\r\n x\r\nHos: localhost\r\n t\r\nContent-Length: 2\r\n",
    ]

    @Test func `A folded framing line is refused, also where no body is needed`() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let length = Self.smuggled.utf8.count
        let answer = try worker.client.exchange(
            "POST /cancel HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(length)\r\n x\r\n\r\n"
                + Self.smuggled)
        #expect(answer.contains(" 400 "), "\(answer)")
        #expect(!answer.contains("Not Found"), "what lay behind it was answered: \(answer)")
    }

    @Test(arguments: ambiguous)
    func `Ambiguous framing is refused before anything behind it is read`(headers: String) throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let answer = try worker.client.exchange(
            "POST /execute HTTP/1.1\r\n\(headers)\r\n{}" + Self.smuggled)
        #expect(answer.hasPrefix("HTTP/1.1 4"), "\(answer)")
        #expect(answer.split(separator: "HTTP/1.1 ").count == 1, "\(answer)")
        #expect(answer.contains("\r\n\r\n{\"detail\":\""), "\(answer)")
        #expect(!answer.contains("\"args\""), "the request was executed: \(answer)")
        #expect(!answer.contains("Not Found"), "what lay behind it was answered: \(answer)")
        #expect(try worker.client.get("/health").status == 200)
    }

    @Test func `Ambiguous framing is refused in HTTP/1.0, too`() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let answer = try worker.client.exchange(
            "POST /execute HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n")
        #expect(answer.contains(" 400 "))
    }

    @Test func `The same length said twice is not ambiguous`() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let connection = try worker.client.connect()
        try connection.send(
            "POST /execute HTTP/1.1\r\nHost: localhost\r\n"
                + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}")
        #expect(try connection.readResponse().status == 200)
    }

    @Test(arguments: [
        "nonsense\r\n\r\n", "GET\r\n\r\n", "GET /health\r\n\r\n",
        "GET /health HTTP/2.0\r\n\r\n",
        "GET /health HTTP/1.1\r\nno colon\r\n\r\n", "GET /health FTP/1.1\r\n\r\n",
        "POST /execute HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "GET /health HTTP/1.1\r\nHost: localhost\r\n folded: x\r\nConnection: close\r\n\r\n",
        "GET /" + String(repeating: "a", count: 100_000) + " HTTP/1.1\r\n\r\n",
        "GET /health HTTP/1.1\r\nX: " + String(repeating: "a", count: 100_000) + "\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: localhost\r\nX: " + String(repeating: "a", count: 12_000)
            + "\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: localhost\r\n"
            + String(repeating: "a: b\r\n", count: 166)
            + "\r\n", "GET /health HTTP/1.1\r\n" + String(repeating: "a: b\r\n", count: 900),
        "GET /hea lth HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET  /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /health?a\u{1} HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /h\u{e4}lth HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /health\0 HTTP/1.1\r\nHost: localhost\r\n\r\n", "hello\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\n\n",
    ])
    func `A malformed head ends in an error or a close, never in a wait`(request: String) throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let connection = try worker.client.connect()
        try? connection.send(request)
        let answer = String(decoding: try connection.readToEnd(), as: UTF8.self)
        #expect(answer.hasPrefix("HTTP/1.1 4") || answer.hasPrefix("HTTP/1.1 505"), "\(answer)")
        #expect(answer.contains("\r\n\r\n{\"detail\":\""), "\(answer)")
        #expect(answer.split(separator: "HTTP/1.1 4").count <= 1, "\(answer)")
        #expect(try worker.client.get("/health").status == 200)
    }

    @Test func `The body of a GET is skipped, and the connection stays in step`() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let connection = try worker.client.connect()
        try connection.send("GET", "/health", body: Self.smuggled)
        try connection.send("GET", "/config")
        #expect(try connection.readResponse().status == 200)
        #expect(try connection.readResponse().text == "{}")
    }

    @Test func `A connection ends with its answer where trailers could hide a request`() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        for path in ["/execute", "/execute_stream"] {
            let answer = try worker.client.exchange(
                "POST \(path) HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "2\r\n{}\r\n0\r\nA: b\r\n: x\r\n" + Self.smuggled)
            #expect(answer.hasPrefix("HTTP/1.1 200 "), "\(answer)")
            #expect(!answer.contains("Not Found"), "what lay behind it was answered: \(answer)")
        }
    }

    @Test(arguments: [
        "GET /health HTTP/1.1\r\nHost: localhost \t\r\n",
        "GET /health HTTP/1.1\r\nHost:\t localhost\r\nX-Timeout: 1 \r\n",
        "GET /health HTTP/1.1\nHost: localhost\n",
        "GET /health?" + String(repeating: "a=1&", count: 1_000)
            + " HTTP/1.1\r\nHost: localhost\r\n",
        "GET /health HTTP/1.1\r\nHost: localhost\r\nCookie: "
            + String(repeating: "a=1;", count: 2_000) + "\r\n",
        "GET /health HTTP/1.1\r\nHost: localhost\r\nX: " + String(repeating: "a", count: 9_000)
            + "\r\n",
        "GET /health HTTP/1.1\r\nHost: localhost\r\n"
            + String(repeating: "a: b\r\n", count: 80),
    ])
    func `White space around a value, queries and cookies are harmless, however many`(head: String)
        throws
    {
        let worker = try WorkerProcess.start("echo", "Echo")
        let connection = try worker.client.connect()
        for _ in 0..<3 {
            try connection.send(head + (head.contains("\r\n") ? "\r\n" : "\n"))
            #expect(try connection.readResponse().status == 200)
        }
    }

    @Test(arguments: [1, 3])
    func `Ambiguous framing is told beside other connections too, where only one can be meant`(
        pieces: Int
    ) throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let idle = try (0..<5).map { _ in try worker.client.connect() }
        for connection in idle {
            try connection.send("GET", "/health")
            #expect(try connection.readResponse().status == 200)
        }
        let slow = try worker.client.connect()
        try slow.send("GET /health HTTP/1.1\r\nHost: localhost\r\n")
        #expect(try worker.client.get("/health").status == 200)
        let connection = try worker.client.connect()
        let lines = [
            "POST /execute HTTP/1.1\r\n", "Host: localhost\r\n", "Content-Length: -1\r\n\r\n",
        ]
        if pieces == 1 {
            try connection.send(lines.joined())
        } else {
            for line in lines {
                try connection.send(line)
                #expect(try worker.client.get("/health").status == 200)
            }
        }
        #expect(
            try connection.readResponse().text
                == "{\"detail\":\"Content-Length is not a number of bytes\"}"
        )
        #expect(try connection.isClosedByServer())
        try slow.send("\r\n")
        #expect(try slow.readResponse().status == 200)
        for connection in idle {
            try connection.send("GET", "/health")
            #expect(try connection.readResponse().status == 200)
        }
    }

    @Test func `An answer is JSON also beside connections that cannot be meant`() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let others = try (0..<3).map { _ in try worker.client.connect() }
        let bad = [
            ("GET /health HTTP/9.9\r\n\r\n", "505", "Only HTTP/1.1 and HTTP/1.0 are served"),
            ("GET /health HTTP/1.1\r\nno colon\r\n\r\n", "400", "The request is malformed"),
            (
                "POST /execute HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\n",
                "400", "The chunks of the body are malformed"
            ),
        ]
        // They have asked nothing before, then something, and then something with a body.
        for body in [nil, "{}", nil] {
            for (request, status, detail) in bad {
                let answer = try worker.client.exchange(request)
                #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(answer)")
                #expect(answer.hasSuffix("\r\n\r\n{\"detail\":\"\(detail)\"}"), "\(answer)")
            }
            for connection in others {
                try connection.send(
                    body == nil ? "GET" : "POST", body == nil ? "/health" : "/execute", body: body)
                #expect(try connection.readResponse().status == 200)
            }
        }
    }

    @Test func `The answer to one client never reaches another`() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let slow = try worker.client.connect()
        try slow.send("GET /health HTTP/1.1\r\nHost: localhost\r\n")
        let bodies = try worker.client.connect()
        try bodies.send(
            "POST /execute HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n")
        #expect(try worker.client.get("/health").status == 200)
        for bad in ["GET /health HTTP/1.1\r\nno colon\r\n\r\n", "GET /health HTTP/9.9\r\n\r\n"] {
            #expect(try worker.client.exchange(bad).hasPrefix("HTTP/1.1 "))
        }
        // Beside others, libmicrohttpd's own page may be the one answer.
        let silent = try (0..<3).map { _ in try worker.client.connect() }
        #expect(try worker.client.get("/health").status == 200)
        let answer = try worker.client.exchange("GET /health HTTP/9.9\r\n\r\n")
        #expect(answer.ranges(of: "\r\n\r\n").count == 1, "\(answer)")
        for connection in silent {
            try connection.send("GET", "/health")
            #expect(try connection.readResponse().status == 200)
        }
        try slow.send("\r\n")
        #expect(try slow.readResponse().status == 200)
        try bodies.send("{}\r\n0\r\n\r\n")
        #expect(try bodies.readResponse().status == 200)
    }

    @Test func `Ambiguous framing fills no log, as one line in ten seconds counts the others`()
        throws
    {
        let worker = try WorkerProcess.start("echo", "Echo")
        for _ in 0..<200 {
            _ = try worker.client.exchange("GET /health HTTP/1.1\r\nno colon\r\n\r\n")
        }
        try worker.terminate()
        let log = try worker.process.standardError.textAtEnd()
        let lines = log.split(separator: "\n").filter { $0.contains("libmicrohttpd: ") }
        #expect((1...20).contains(lines.count), "\(log)")
        #expect(lines.first?.contains("A request was refused with 400") ?? false, "\(log)")
    }
}
