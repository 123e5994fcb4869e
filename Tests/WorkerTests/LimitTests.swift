import TestSupport
import Testing

/// Bodies have a limit each, and all of them together another.
@Suite(.blocking) struct LimitTests {
    private static let limit = 4096

    private func start() throws -> LiveWorker {
        try WorkerProcess.start("echo", "Echo", ["--max-body", "\(Self.limit)"])
    }

    /// An execute body of exactly `size` bytes.
    private func body(_ size: Int) -> String {
        let frame = "{\"args\":[\"\"]}".utf8.count
        return "{\"args\":[\"" + String(repeating: "x", count: size - frame) + "\"]}"
    }

    private func chunked(_ body: String, chunk: Int) -> String {
        var rest = Substring(body)
        var text = ""
        while !rest.isEmpty {
            let piece = rest.prefix(chunk)
            text += String(piece.utf8.count, radix: 16) + "\r\n\(piece)\r\n"
            rest = rest.dropFirst(piece.count)
        }
        return text + "0\r\n\r\n"
    }

    private static let chunkedHead =
        "POST /execute HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"

    @Test func `A body of exactly the limit passes`() throws {
        let worker = try start()
        #expect(try worker.client.post("/execute", body(Self.limit)).status == 200)
        let connection = try worker.client.connect()
        try connection.send(Self.chunkedHead + chunked(body(Self.limit), chunk: 100))
        #expect(try connection.readResponse().status == 200)
    }

    @Test func `A body of one byte more gets 413, on every path with a body`() throws {
        let worker = try start()
        for path in ["/execute", "/execute_stream", "/initialize"] {
            let response = try worker.client.post(path, body(Self.limit + 1))
            #expect(response.status == 413, "\(path)")
            #expect(response.isDetail)
        }
        #expect(try worker.client.get("/health").status == 200)
    }

    @Test func `A length beyond the limit gets 413 before the body comes`() throws {
        let worker = try start()
        let connection = try worker.client.connect()
        try connection.send(
            "POST /execute HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
                + "Content-Length: 100000000000\r\n\r\n")
        let response = try connection.readResponse()
        #expect(response.status == 413)
        #expect(response.informational.isEmpty)
        #expect(try connection.isClosedByServer())
    }

    @Test func `A chunked body gets 413 as soon as it is too long`() throws {
        let worker = try start()
        let small = try worker.client.connect()
        try small.send(Self.chunkedHead + chunked(body(Self.limit + 1), chunk: 100))
        #expect(try small.readResponse().status == 413)

        let endless = try worker.client.connect()
        try endless.send(Self.chunkedHead)
        let chunk = chunked(String(repeating: "x", count: 60_000), chunk: 60_000)
            .dropLast("0\r\n\r\n".count)
        // Until the worker answers or closes; more than a few megabytes means that it does neither.
        var sent = 0
        while sent < 1000, endless.staysSilent(milliseconds: 0) {
            guard (try? endless.send(String(chunk))) != nil else { break }
            sent += 1
        }
        #expect(sent < 1000)
        let answer = String(decoding: try endless.readToEnd(), as: UTF8.self)
        #expect(answer.isEmpty || answer.contains(" 413 "))
    }

    @Test func `Bodies that are too large together get 503, until there is room again`() throws {
        let worker = try WorkerProcess.start(
            "echo", "Echo", ["--max-body", "100000", "--max-buffered", "150000"])
        let head = "POST /execute HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n"
        let first = try worker.client.connect()
        let whole = body(100_000)
        try first.send(head + whole.dropLast(1))
        // Until the worker has taken the first body in, a second one would be waited for.
        let deadline = Deadline()
        var refused: HTTPResponse?
        while refused == nil && !deadline.hasPassed {
            let second = try worker.client.connect()
            try second.send(head)
            if !second.staysSilent(milliseconds: 20) { refused = try second.readResponse() }
            second.close()
        }
        #expect(refused?.status == 503)
        #expect(refused?.headers["Retry-After"] != nil)
        #expect(try worker.client.get("/health").status == 200)

        try first.send(String(whole.suffix(1)))
        #expect(try first.readResponse().status == 200)
        #expect(try worker.client.post("/execute", whole).status == 200)
    }

    @Test func `A body is no longer counted when its client goes away half-way`() throws {
        let worker = try WorkerProcess.start(
            "echo", "Echo", ["--max-body", "100000", "--max-buffered", "150000"])
        let whole = body(100_000)
        let head = "POST /execute HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n"
        for i in 0..<40 {
            let connection = try worker.client.connect()
            try? connection.send(head + whole.dropLast(1))
            if i % 2 == 0 { connection.reset() } else { connection.close() }
        }
        let deadline = Deadline()
        var status = 0
        while status != 200 && !deadline.hasPassed {
            status = try worker.client.post("/execute", whole).status
        }
        #expect(status == 200)
    }
}
