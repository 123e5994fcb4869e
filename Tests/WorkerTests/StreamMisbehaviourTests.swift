import TestSupport
import Testing

/// A plugin that breaks the rules of execute_stream.
@Suite(.blocking) struct StreamMisbehaviourTests {
    private let worker: LiveWorker

    init() throws { worker = try WorkerProcess.start("streams", "Streams") }

    private func mode(_ name: String, _ more: String = "") throws -> HTTPResponse {
        try worker.client.stream("{\"mode\":\"\(name)\"\(more)}")
    }

    private func recorded() throws -> String { try worker.client.post("/execute").text }

    private func expectError(_ response: HTTPResponse, lines: Int) {
        #expect(response.status == 200)
        #expect(response.lines.count == lines)
        #expect(response.lines.last?.hasPrefix("{\"error\":\"") == true)
        #expect(response.trailers["X-Stream-End"] == "error")
    }

    @Test func `A stream that is finished twice has ended with the first time`() throws {
        let response = try mode("finish_twice")
        #expect(response.lines == ["1"])
        #expect(response.trailers["X-Stream-End"] == "complete")
        #expect(try recorded().contains("\"finished\":32"))
    }

    @Test func `An emit after finish is answered UW_STALE`() throws {
        #expect(try mode("emit_after_finish").lines == ["1"])
        #expect(try recorded().contains("\"after\":32"))
    }

    @Test func `A stream that is never finished ends in an error`() throws {
        expectError(try mode("no_finish"), lines: 2)
    }

    @Test(arguments: [2, 3, 5, 7, 77, -5])
    func `A stream that returns an error ends in an error`(status: Int) throws {
        expectError(try mode("return_status", ",\"status\":\(status)"), lines: 1)
    }

    @Test func `A line that is no JSON ends the stream in an error, whatever comes after it`()
        throws
    {
        expectError(try mode("broken_then_more"), lines: 2)
        #expect(try recorded().hasPrefix("{\"emitted\":1,\"stopped\":33,"))
        #expect(!(try recorded().contains("\"after\":0")))
    }

    @Test func `A line that is no UTF-8, or NULL, ends the stream in an error`() throws {
        expectError(try mode("bad_text"), lines: 1)
        #expect(try recorded().contains("\"stopped\":33"))
        expectError(try mode("null"), lines: 1)
        #expect(try recorded().contains("\"stopped\":33"))
    }

    @Test func `A broken last line ends the stream in an error`() throws {
        expectError(try mode("broken_last_line"), lines: 2)
        #expect(try recorded().contains("\"finished\":33"))
    }
}
