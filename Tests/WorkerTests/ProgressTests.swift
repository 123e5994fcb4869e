import TestSupport
import Testing

/// How far calls are.
@Suite(.blocking) struct ProgressTests {
    private func progress(_ worker: LiveWorker, _ id: String? = nil) throws -> String {
        try worker.client.get(id.map { "/progress/\($0)" } ?? "/progress").text
    }

    private func report(_ progress: String) -> String {
        "{\"progress\":\(progress),\"message\":\"on its way\"}"
    }

    @Test
    func `GET /progress tells of the newest call, and GET /progress/ID of one, while they run`()
        throws
    {
        let worker = try WorkerProcess.start("cancellation", "Several")
        let gate = try Gate(in: TemporaryFolder())
        let none = "{\"progress\":0.0,\"message\":\"\"}"
        #expect(try progress(worker) == none)
        var calls: [HTTPConnection] = []
        for (id, percent, expected) in [("a", 25, "0.25"), ("b", 50, "0.5"), ("c", 75, "0.75")] {
            calls.append(
                try worker.begin(
                    id, "{\"percent\":\(percent),\"announce\":\"\(gate.announce)\"}"))
            try gate.arrival()
            #expect(try progress(worker) == report(expected))
        }
        #expect(
            try ["a", "b", "c"].map { try progress(worker, $0) }
                == ["0.25", "0.5", "0.75"].map(report))
        // One that says nothing is at the beginning, also where a former call said something.
        calls.append(try worker.begin("silent", "{\"announce\":\"\(gate.announce)\"}"))
        try gate.arrival()
        #expect(try progress(worker) == none)
        #expect(try progress(worker, "silent") == none)

        #expect(try worker.client.post("/cancel/c").status == 200)
        #expect(try calls[2].readResponse().status == 409)
        #expect(try worker.client.get("/progress/c").status == 404)
        #expect(try progress(worker, "a") == report("0.25"))
        _ = try worker.client.post("/cancel")
    }

    @Test func `A call that waits has no progress, and one that is unknown is 404`() throws {
        let worker = try WorkerProcess.start("cancellation", "Polls")
        let gate = try Gate(in: TemporaryFolder())
        let call = try worker.begin(
            "running", "{\"percent\":10,\"announce\":\"\(gate.announce)\"}")
        try gate.arrival()
        let waiting = try worker.begin("waiting", "{\"percent\":20}")
        #expect(try progress(worker, "running") == report("0.1"))
        #expect(try progress(worker, "waiting") == "{\"progress\":0.0,\"message\":\"\"}")
        #expect(try progress(worker) == report("0.1"))
        for id in ["nobody", "", "running/"] {
            let response = try worker.client.get("/progress/\(id)")
            #expect(response.status == 404)
            #expect(response.isDetail)
        }
        _ = try worker.client.post("/cancel")
        #expect(try [call, waiting].map { try $0.readResponse().status } == [409, 409])
    }

    @Test func `Progress of unknown extent is -1.0, and the last report of all is kept`() throws {
        let worker = try WorkerProcess.start("calls", "Calls")
        let gate = try Gate(in: TemporaryFolder())
        let call = try worker.begin("call", "{\"mode\":\"progress\",\(gate.kwargs)}")
        try gate.arrival()
        let expected = "{\"progress\":-1.0,\"message\":\"half \\\"way\\\"\"}"
        #expect(try progress(worker) == expected)
        #expect(try progress(worker, "call") == expected)
        try gate.release()
        #expect(try call.readResponse().status == 200)
        #expect(try progress(worker) == expected)
        #expect(try worker.client.get("/progress/call").status == 404)
    }
}
