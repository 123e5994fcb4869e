import TestSupport
import Testing

/// A plugin that breaks the rules of execute_stream.
@Suite("A plugin that misbehaves in execute_stream", .blocking)
struct StreamMisbehaviourTests {
    private let worker: RunningWorker

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

    @Test("and finishes twice has ended with the first")
    func finishTwice() throws {
        let response = try mode("finish_twice")
        #expect(response.lines == ["1"])
        #expect(response.trailers["X-Stream-End"] == "complete")
        #expect(try recorded().contains("\"finished\":32"))
    }

    @Test("and emits after it has finished is answered UW_STALE")
    func emitAfterFinish() throws {
        #expect(try mode("emit_after_finish").lines == ["1"])
        #expect(try recorded().contains("\"after\":32"))
    }

    @Test("and never finishes ends in an error")
    func noFinish() throws { expectError(try mode("no_finish"), lines: 2) }

    @Test("and returns an error ends in an error", arguments: [2, 3, 5, 7, 77, -5])
    func returned(status: Int) throws {
        expectError(try mode("return_status", ",\"status\":\(status)"), lines: 1)
    }

    @Test("and emits what is no JSON ends in an error, whatever it emits after that")
    func brokenLine() throws {
        expectError(try mode("broken_then_more"), lines: 2)
        #expect(try recorded().hasPrefix("{\"emitted\":1,\"stopped\":33,"))
        #expect(!(try recorded().contains("\"after\":0")))
    }

    @Test("and emits what is no UTF-8, or NULL, ends in an error")
    func badText() throws {
        expectError(try mode("bad_text"), lines: 1)
        #expect(try recorded().contains("\"stopped\":33"))
        expectError(try mode("null"), lines: 1)
        #expect(try recorded().contains("\"stopped\":33"))
    }

    @Test("and finishes with a broken last line ends in an error")
    func brokenLastLine() throws {
        expectError(try mode("broken_last_line"), lines: 2)
        #expect(try recorded().contains("\"finished\":33"))
    }
}
