import TestSupport
import Testing

/// POST /cancel/ID for one call, POST /cancel for all.
@Suite(.blocking) struct CancelOneTests {
    private static let cancelled = "{\"status\":\"cancelled\"}"

    private func statuses(_ connections: [HTTPConnection]) throws -> [Int] {
        try connections.map { try $0.readResponse().status }
    }

    @Test func `Cancelling by name ends the call that runs, and leaves the others alone`() throws {
        let worker = try WorkerProcess.start("cancellation", "Several")
        let gate = try Gate(in: TemporaryFolder())
        let calls = try ["a", "b", "c"].map {
            try worker.begin($0, "{\"announce\":\"\(gate.announce)\"}")
        }
        for _ in calls { try gate.arrival() }
        #expect(try worker.client.post("/cancel/b").text == Self.cancelled)
        #expect(try calls[1].readResponse().status == 409)
        #expect(try worker.reaches("running", "a"))
        #expect(try worker.reaches("running", "c"))
        #expect(try worker.client.post("/cancel").text == Self.cancelled)
        #expect(try statuses([calls[0], calls[2]]) == [409, 409])
    }

    @Test(arguments: ["Deaf", "Ignores"])
    func `Cancelling by name ends a call that waits, which the plugin then never sees`(
        className: String
    ) throws {
        let worker = try WorkerProcess.start("cancellation", className)
        let folder = try TemporaryFolder()
        let (first, second) = (try Gate(in: folder, "first"), try Gate(in: folder, "second"))
        let running = try worker.begin("running", "{\(first.kwargs)}")
        try first.arrival()
        let waiting = try worker.begin("waiting", "{\(second.kwargs)}")
        let stream = try worker.begin("stream", "{\(second.kwargs)}", path: "/execute_stream")
        #expect(try worker.client.post("/cancel/waiting").text == Self.cancelled)
        #expect(try waiting.readResponse().status == 409)
        #expect(try worker.client.post("/cancel/stream").text == Self.cancelled)
        let end = try stream.readResponse()
        #expect(end.lines.count == 1)
        #expect(end.trailers["X-Stream-End"] == "cancelled")
        #expect(try worker.reaches("running", "running"))
        try first.release()
        #expect(try running.readResponse().status == 200)
        #expect(try worker.client.execute("{\"mode\":\"report\"}").status == 200)
        #expect(second.staysEmpty(milliseconds: 0))
    }

    @Test func `One POST /cancel ends all calls, those that run and those that wait`() throws {
        let worker = try WorkerProcess.start("cancellation", "Several")
        let folder = try TemporaryFolder()
        let (early, late) = (try Gate(in: folder, "early"), try Gate(in: folder, "late"))
        let running = try (0..<4).map {
            try worker.begin("running\($0)", "{\"announce\":\"\(early.announce)\"}")
        }
        for _ in running { try early.arrival() }
        let waiting = try (0..<4).map {
            try worker.begin("waiting\($0)", "{\"announce\":\"\(late.announce)\"}")
        }
        #expect(try worker.client.post("/cancel").text == Self.cancelled)
        #expect(try statuses(running + waiting) == Array(repeating: 409, count: 8))
        #expect(try worker.client.execute("{\"mode\":\"report\"}").status == 200)
        #expect(late.staysEmpty(milliseconds: 0))
        try worker.answer("/calls", contains: "[]")
    }

    @Test func `Cancelling by name ends every call of that name`() throws {
        let worker = try WorkerProcess.start("cancellation", "Polls")
        let running = try worker.begin("twin")
        let other = try worker.begin("other")
        let waiting = try worker.client.connect()
        try waiting.send("POST", "/execute", body: "{}", headers: [("X-Request-Id", "twin")])
        try worker.answer("/health", contains: "\"calls_queued\":2")
        #expect(try worker.client.post("/cancel/twin").text == Self.cancelled)
        #expect(try statuses([running, waiting]) == [409, 409])
        #expect(try worker.client.post("/cancel/other").text == Self.cancelled)
        #expect(try other.readResponse().status == 409)
    }

    @Test func `Cancelling by name is 404 where no execute or stream of that name runs or waits`()
        throws
    {
        let worker = try WorkerProcess.start("lifecycle", "Lifecycle")
        let gate = try Gate(in: TemporaryFolder())
        let first = try worker.begin("first", "{\(gate.kwargs)}")
        try gate.arrival()
        let initialize = try worker.begin("initialize", path: "/initialize")
        let cleanup = try worker.begin("cleanup", path: "/cleanup")
        let waiting = try worker.begin("waiting")
        #expect(try worker.client.post("/cancel/waiting").status == 200)
        #expect(try waiting.readResponse().status == 409)
        for id in ["nobody", "waiting", "initialize", "cleanup", "firs", "first1", "FIRST"] {
            let response = try worker.client.post("/cancel/\(id)")
            #expect(response.status == 404, "\(id)")
            #expect(response.isDetail)
        }
        try gate.release()
        #expect(try statuses([first, cleanup, initialize]) == [200, 200, 200])
        #expect(try worker.client.post("/cancel/first").status == 404)
    }

    @Test func `Cancelling by name says when the plugin cannot stop the call, or refuses to`()
        throws
    {
        for (className, answer) in [
            ("Deaf", "{\"status\":\"not_supported\"}"),
            ("Unsupported", "{\"status\":\"not_supported\"}"),
            ("Refuses", "{\"status\":\"error\",\"detail\":\"cannot stop \\\"now\\\"\"}"),
        ] {
            let worker = try WorkerProcess.start("cancellation", className)
            let gate = try Gate(in: TemporaryFolder())
            let call = try worker.begin("call", "{\(gate.kwargs)}")
            try gate.arrival()
            for path in ["/cancel/call", "/cancel"] {
                #expect(try worker.client.post(path).text == answer, "\(className)")
            }
            try gate.release()
            // Only a plugin without any cancellation gets its result through.
            #expect(try call.readResponse().status == (className == "Deaf" ? 200 : 409))
        }
    }
}
