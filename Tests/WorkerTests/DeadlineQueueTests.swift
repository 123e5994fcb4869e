import TestSupport
import Testing

/// Deadlines of calls that have not started.
@Suite(.blocking) struct DeadlineQueueTests {
    private let folder: TemporaryFolder
    private let gate: Gate
    private let worker: LiveWorker
    private let blocking: HTTPConnection

    /// A serial plugin, in which a call waits at `gate`.
    init() throws {
        folder = try TemporaryFolder()
        gate = try Gate(in: folder)
        worker = try WorkerProcess.start(
            "lifecycle", "Lifecycle", environment: ["FIXTURE_TRACE": folder.file("trace")])
        blocking = try worker.begin("blocking", "{\(gate.kwargs)}")
        try gate.arrival()
    }

    /// Lets the first call go, and says what the plugin has seen when another one has been through.
    private func seen() throws -> [String] {
        #expect(try worker.reaches("running", "blocking"))
        try gate.release()
        #expect(try blocking.readResponse().status == 200)
        #expect(try worker.client.execute("{}").status == 200)
        let functions = ["initialize", "execute", "cleanup"]
        return folder.text("trace").split(separator: "\n").map(String.init)
            .filter(functions.contains)
    }

    @Test(arguments: ["/execute", "/initialize", "/cleanup"])
    func `A call whose deadline passes while it waits gets 504, and never reaches the plugin`(
        path: String
    ) throws {
        let start = Deadline.now
        let response = try worker.client.request(
            "POST", path, body: "{}", headers: [("X-Timeout", "0.1")])
        #expect(Deadline.now - start >= 99)
        #expect(response.status == 504)
        #expect(response.isDetail)
        #expect(try seen() == ["execute", "execute"])
    }

    @Test func `A stream whose deadline passes while it waits ends with an error line`() throws {
        let response = try worker.client.request(
            "POST", "/execute_stream", body: "{}", headers: [("X-Timeout", "0.1")])
        #expect(response.status == 200)
        #expect(response.lines.count == 1)
        #expect(response.lines.first?.hasPrefix("{\"error\":\"") == true)
        #expect(response.trailers["X-Stream-End"] == "error")
        #expect(try seen() == ["execute", "execute"])
    }

    @Test func `A deadline includes the time that the body takes to arrive`() throws {
        try gate.release()
        #expect(try blocking.readResponse().status == 200)
        let connection = try worker.client.connect()
        try connection.send(
            "POST /execute HTTP/1.1\r\nHost: localhost\r\nX-Timeout: 0.05\r\n"
                + "Content-Length: 2\r\n\r\n{")
        #expect(connection.staysSilent(milliseconds: 100))
        try connection.send("}")
        #expect(try connection.readResponse().status == 504)
        try connection.send("POST", "/execute", body: "{}")
        #expect(try connection.readResponse().status == 200)
        let trace = folder.text("trace").split(separator: "\n")
        #expect(trace.count { $0 == "execute" } == 2)
    }

    @Test
    func `A deadline of --call-timeout passes for the call that runs and for those that wait`()
        throws
    {
        let worker = try WorkerProcess.start("cancellation", "Deaf", ["--call-timeout", "1"])
        let first = try Gate(in: folder, "first")
        let second = try Gate(in: folder, "second")
        let running = try worker.client.connect()
        try running.send("POST", "/execute", body: "{\"kwargs\":{\(first.kwargs)}}")
        try first.arrival()
        #expect(try worker.client.execute("{\(second.kwargs)}").status == 504)
        #expect(try running.readResponse().status == 504)
        try first.release()
        let report = try worker.answer("/health", contains: "\"calls_running\":0")
        #expect(report.text.contains("\"calls_queued\":0"))
        #expect(second.staysEmpty(milliseconds: 0))
        try gate.release()
    }
}
