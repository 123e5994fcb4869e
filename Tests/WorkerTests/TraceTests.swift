import Foundation
import TestSupport
import Testing

/// The trace of a request, in the log and for its plugin.
@Suite(.blocking) struct TraceTests {
    private static let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    private static let headers = [("traceparent", trace)]

    @Test func `The line of a failed call has the trace`() throws {
        let worker = try WorkerProcess.start("calls", "Calls")
        let failing = "{\"kwargs\":{\"mode\":\"finish_status\",\"status\":2}}"
        let answer = try worker.client.request(
            "POST", "/execute", body: failing,
            headers: Self.headers + [("X-Request-Id", "fails")])
        #expect(answer.status == 500)
        try worker.process.standardError.line(containing: " id=fails trace=\(Self.trace) detail=")
    }

    @Test(arguments: [
        [], ["-m", "cjm_plugin_system.core.worker"], ["-m", "cjm_substrate.core.worker"],
    ])
    func `A Python plugin sees the trace, whichever host it is for`(dialect: [String]) throws {
        let process = try PythonWorker.launch("Aware", dialect)
        let worker = LiveWorker(process, port: try process.waitUntilListening())
        let answer = try worker.client.request(
            "POST", "/execute", body: #"{"args":[],"kwargs":{}}"#, headers: Self.headers)
        #expect(answer.text.contains(#"["traceparent","\#(Self.trace)"]"#), "\(answer.text)")
    }

    @Test(arguments: ["json", "journal"])
    func `What the only running call prints has its trace`(format: String) throws {
        let receiver = try JournalReceiver(in: TemporaryFolder())
        let process = try PythonWorker.launch(
            "Echo", ["--log-format", format, "--access-log"],
            environment: ["UNIVERSAL_WORKER_JOURNAL_SOCKET": receiver.path])
        guard format == "journal" else {
            let worker = LiveWorker(process, port: try process.waitUntilListening())
            let call = try worker.begin(
                "alone", "{\"mode\":\"swallow\"}", headers: Self.headers)
            defer { call.close() }
            let line = try process.standardError.line(containing: "swallowing")
            #expect(line.contains("\"call\":\"alone\",\"trace\":\"\(Self.trace)\""))
            #expect(try worker.client.get("/health").status == 200)
            let access = try process.standardError.line(containing: "GET /health 200 ok")
            let value = try JSONSerialization.jsonObject(with: Data(access.utf8))
            let object = try #require(value as? [String: Any])
            #expect(object["method"] as? String == "GET" && object["status"] as? Int == 200)
            #expect(object["bytes"] is Int && object["duration"] is Int)
            return
        }
        let ready = try receiver.next(containing: "listening on 127.0.0.1:")["MESSAGE"] ?? ""
        let port = ready.drop { $0 != ":" }.dropFirst().prefix { $0.isNumber }
        let worker = LiveWorker(process, port: try #require(UInt16(port)))
        let call = try worker.begin("alone", "{\"mode\":\"swallow\"}", headers: Self.headers)
        defer { call.close() }
        let entry = try receiver.next(containing: "swallowing")
        #expect(entry["UW_CALL"] == "alone" && entry["UW_TRACE"] == Self.trace)
        #expect(try worker.client.get("/health").status == 200)
        let access = try receiver.next(containing: "GET /health 200 ok")
        #expect(access["UW_METHOD"] == "GET" && access["UW_ENDPOINT"] == "/health")
        #expect(access["UW_STATUS"] == "200" && access["UW_OUTCOME"] == "ok")
        #expect(access["MESSAGE_ID"]?.count == 32)
    }
}
