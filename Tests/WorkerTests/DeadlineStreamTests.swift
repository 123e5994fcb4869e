import TestSupport
import Testing

/// What a stream sends when its deadline passes: its headers have left long ago.
@Suite(.blocking) struct DeadlineStreamTests {
    private func stream(
        _ worker: LiveWorker, _ kwargs: String, _ header: String?
    ) throws -> HTTPResponse {
        try worker.client.request(
            "POST", "/execute_stream", body: "{\"kwargs\":\(kwargs)}",
            headers: DeadlineTests.headers(header))
    }

    private func expectEnd(_ response: HTTPResponse, after lines: [String]) {
        #expect(response.status == 200)
        #expect(response.lines.dropLast() == lines[...])
        #expect(response.lines.last?.hasPrefix("{\"error\":\"") == true)
        #expect(response.lines.last?.contains("deadline") == true)
        #expect(response.trailers["X-Stream-End"] == "error")
    }

    @Test(arguments: DeadlineTests.short)
    func `A stream whose deadline passes is cancelled, and ends with an error line`(
        options: [String], header: String?
    ) throws {
        let worker = try WorkerProcess.start("cancellation", "Polls", options)
        let ended = try Gate(in: TemporaryFolder(), "ended")
        expectEnd(try stream(worker, "{\"ended\":\"\(ended.announce)\"}", header), after: [])
        #expect(try ended.arrival() == "stopped")
    }

    @Test func `A stream whose deadline passes ends for its client though the plugin goes on`()
        throws
    {
        let worker = try WorkerProcess.start("streams", "Streams")
        let gate = try Gate(in: TemporaryFolder())
        let response = try stream(worker, "{\"mode\":\"gate\",\(gate.kwargs)}", "1")
        expectEnd(response, after: ["\"before\""])
        try gate.arrival()
        try gate.release()
        // UW_CANCELLED for the line after it.
        #expect(try worker.client.post("/execute").text.contains("\"stopped\":4"))
    }

    @Test func `A deadline frees a plugin that waits for a client which does not read`() throws {
        let worker = try WorkerProcess.start("streams", "Streams")
        let gate = try Gate(in: TemporaryFolder())
        let connection = try worker.client.connect()
        let kwargs = "{\"mode\":\"endless\",\"pad\":10000,\"announce\":\"\(gate.announce)\"}"
        try connection.send(
            "POST", "/execute_stream", body: "{\"kwargs\":\(kwargs)}",
            headers: [("X-Timeout", "1")])
        try gate.arrival()
        expectEnd(try connection.readResponse().lastLines(), after: [])
    }
}

extension HTTPResponse {
    /// The same with its last line only.
    fileprivate func lastLines() -> HTTPResponse {
        var response = self
        response.body = Array((lines.last ?? "").utf8)
        return response
    }
}
