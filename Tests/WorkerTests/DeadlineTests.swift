import TestSupport
import Testing

/// X-Timeout and --call-timeout of calls that run.
@Suite(.blocking) struct DeadlineTests {
    /// Deadlines that pass after a call has started, by the header, by the option, and by the shorter of both.
    static let short: [(options: [String], header: String?)] = [
        ([], "1"), (["--call-timeout", "1"], nil),
        (["--call-timeout", "1"], "300"), (["--call-timeout", "300"], "1"),
    ]

    static func headers(_ timeout: String?) -> [(String, String)] {
        timeout.map { [("X-Timeout", $0)] } ?? []
    }

    @Test(arguments: short)
    func `The shorter deadline of header and option cancels a running call, with 504`(
        options: [String], header: String?
    ) throws {
        for className in ["Polls", "Pushed"] {
            let worker = try WorkerProcess.start("cancellation", className, options)
            let ended = try Gate(in: TemporaryFolder(), "ended")
            let start = Deadline.now
            let response = try worker.client.request(
                "POST", "/execute", body: "{\"kwargs\":{\"ended\":\"\(ended.announce)\"}}",
                headers: Self.headers(header))
            #expect(Deadline.now - start >= 999)
            #expect(response.status == 504)
            #expect(response.isDetail)
            #expect(try ended.arrival() == "stopped")
            #expect(try worker.client.execute("{\"mode\":\"report\"}").status == 200)
        }
    }

    @Test func `A deadline that is longer than the call changes nothing`() throws {
        let worker = try WorkerProcess.start("echo", "Echo", ["--call-timeout", "300"])
        for path in ["/execute", "/execute_stream", "/initialize", "/cleanup"] {
            let response = try worker.client.request(
                "POST", path, body: "{}", headers: [("X-Timeout", "0300.250")])
            #expect(response.status == 200, "\(path)")
        }
    }

    @Test(arguments: [("Ignores", "cancelling"), ("Deaf", "running")])
    func `A deadline is answered though the plugin goes on, which is not killed`(
        className: String, state: String
    ) throws {
        let worker = try WorkerProcess.start("cancellation", className)
        let gate = try Gate(in: TemporaryFolder())
        let call = try worker.begin("late", "{\(gate.kwargs)}", headers: [("X-Timeout", "1")])
        try gate.arrival()
        #expect(try call.readResponse().status == 504)
        #expect(try worker.reaches(state, "late"))
        let next = try worker.begin("next", "{\"mode\":\"report\"}")
        #expect(try worker.reaches("queued", "next"))
        try gate.release()
        #expect(try next.readResponse().status == 200)
        #expect(try worker.reaches(nil, "late"))
        #expect(try worker.client.get("/health").text.contains("\"pid\":\(worker.process.pid)"))
    }

    @Test(arguments: [
        "", "0", "0.0", "-1", "+1", "abc", "1s", "1 s", "1,5", "1e3", ".5", "0x10", "1.2.3",
        "nan", "inf", "0.0000000001", "99999999999999999999",
    ])
    func `A malformed deadline is refused with 400 in words, and the connection stays`(
        value: String
    ) throws {
        let folder = try TemporaryFolder()
        let worker = try WorkerProcess.start(
            "lifecycle", "Lifecycle", environment: ["FIXTURE_TRACE": folder.file("trace")])
        let connection = try worker.client.connect()
        for path in LiveWorker.postPaths {
            try connection.send("POST", path, body: "{}", headers: [("X-Timeout", value)])
            let response = try connection.readResponse()
            #expect(response.status == 400, "\(path)")
            #expect(response.isDetail && response.text.contains("X-Timeout"))
        }
        let trace = folder.text("trace").split(separator: "\n")
        #expect(!trace.contains { ["initialize", "execute", "cleanup"].contains($0) })
        try connection.send("POST", "/execute", body: "{}", headers: [("X-Timeout", "300")])
        #expect(try connection.readResponse().status == 200)
    }
}
