import Glibc
import TestSupport
import Testing

/// /execute_stream, line by line.
@Suite(.blocking) struct StreamTests {
    private func stream(_ kwargs: String, _ className: String = "Streams") throws -> HTTPResponse {
        let worker = try WorkerProcess.start("streams", className)
        return try worker.client.stream(kwargs)
    }

    @Test
    func `A stream has one line for each result, and a trailer that says that it is complete`()
        throws
    {
        let response = try stream("{\"mode\":\"count\",\"count\":1000}")
        #expect(response.status == 200)
        #expect(response.headers["Content-Type"]?.hasPrefix("application/x-ndjson") == true)
        #expect(response.headers["Transfer-Encoding"] == "chunked")
        #expect(response.headers["Trailer"] == "X-Stream-End")
        #expect(response.lines == (0..<1000).map { "{\"i\":\($0)}" })
        #expect(response.text.hasSuffix("\n"))
        #expect(response.trailers["X-Stream-End"] == "complete")
    }

    @Test func `A stream may be empty`() throws {
        let response = try stream("{\"mode\":\"empty\"}")
        #expect(response.body.isEmpty)
        #expect(response.trailers["X-Stream-End"] == "complete")
    }

    @Test func `The headers and each line leave as they come, not at the end`() throws {
        let worker = try WorkerProcess.start("streams", "Streams")
        let gate = try Gate(in: TemporaryFolder())
        let connection = try worker.client.connect()
        try connection.send(
            "POST", "/execute_stream",
            body: "{\"kwargs\":{\"mode\":\"gate\",\(gate.kwargs)}}")
        #expect(try connection.readHead().status == 200)
        #expect(try connection.readChunk() == Array("\"before\"\n".utf8))
        try gate.arrival()
        try gate.release()
        #expect(try connection.readChunk() == Array("\"after\"\n".utf8))
        #expect(try connection.readChunk() == nil)
        #expect(try connection.readFields()["X-Stream-End"] == "complete")
    }

    @Test func `The headers leave before the plugin has anything to say`() throws {
        let worker = try WorkerProcess.start("streams", "Streams")
        let gate = try Gate(in: TemporaryFolder())
        let connection = try worker.client.connect()
        try connection.send(
            "POST", "/execute_stream",
            body: "{\"kwargs\":{\"mode\":\"silent_gate\",\(gate.kwargs)}}")
        #expect(try connection.readHead().status == 200)
        try gate.arrival()
        try gate.release()
        #expect(try connection.readChunk() == Array("\"after\"\n".utf8))
    }

    @Test func `A result stays on one line, whatever line ends are in it`() throws {
        let response = try stream("{\"mode\":\"pretty\"}")
        #expect(response.lines.count == 2)
        #expect(response.lines.first?.contains("\"two  spaces\"") == true)
        #expect(!response.text.contains("\r"))
        for raw in ["\u{85}", "\u{2028}", "\u{2029}"] {
            let bytes = Array(raw.utf8)
            #expect(!response.text.unicodeScalars.contains { Array(String($0).utf8) == bytes })
        }
        #expect(response.lines.last?.lowercased() == "\"\\u0085|\\u2028|\\u2029\"")
    }

    @Test func `The last line may come from finish`() throws {
        let response = try stream("{\"mode\":\"last_line\"}")
        #expect(response.lines == ["1", "{\"last\":true}"])
    }

    @Test func `A stream whose plugin fails ends in an error line`() throws {
        let response = try stream("{\"mode\":\"error\"}")
        #expect(response.status == 200)
        #expect(response.lines == ["1", "2", "{\"error\":\"broke \\\"here\\\"\"}"])
        #expect(response.trailers["X-Stream-End"] == "error")
        let atOnce = try stream("{\"mode\":\"error_at_once\"}")
        #expect(atOnce.status == 200)
        #expect(atOnce.lines == ["{\"error\":\"not these\"}"])
    }

    @Test func `The trailer tells an error from a result that looks like one`() throws {
        let response = try stream("{\"mode\":\"error_lookalike\"}")
        #expect(response.lines.count == 1)
        #expect(response.trailers["X-Stream-End"] == "complete")
    }

    @Test func `The stream of a plugin that has none is the one result of execute`() throws {
        let response = try stream("{\"a\":1}", "NoStream")
        #expect(response.lines == ["{\"args\":[],\"kwargs\":{\"a\":1}}"])
        #expect(response.trailers["X-Stream-End"] == "complete")
        let error = try stream("{\"mode\":\"error\"}", "NoStream")
        #expect(error.lines == ["{\"error\":\"no\"}"])
        #expect(error.trailers["X-Stream-End"] == "error")
    }

    @Test func `Lines of several threads stay apart`() throws {
        let response = try stream("{\"mode\":\"crowd\",\"threads\":8,\"count\":50}")
        #expect(response.lines.count == 400, "\(response.lines.last ?? "none")")
        for line in response.lines {
            #expect(line.utf8.count == 4099)
            #expect(Set(line.utf8.dropFirst().dropLast()).count == 1)
        }
    }

    @Test func `A stream in HTTP/1.0 has no chunks, and closes at its end`() throws {
        let worker = try WorkerProcess.start("streams", "Streams")
        let body = "{\"kwargs\":{\"mode\":\"count\",\"count\":3}}"
        let answer = try worker.client.exchange(
            "POST /execute_stream HTTP/1.0\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
        #expect(answer.hasSuffix("\r\n\r\n{\"i\":0}\n{\"i\":1}\n{\"i\":2}\n"))
    }

    @Test func `A stream leaves the connection to the next request`() throws {
        let worker = try WorkerProcess.start("streams", "Streams")
        let connection = try worker.client.connect()
        for mode in ["count", "error", "empty", "no_finish"] {
            try connection.send(
                "POST", "/execute_stream", body: "{\"kwargs\":{\"mode\":\"\(mode)\"}}")
        }
        try connection.send("GET", "/health")
        for _ in 0..<4 { #expect(try connection.readResponse().status == 200) }
        #expect(try connection.readResponse().text.contains("running"))
    }
}
