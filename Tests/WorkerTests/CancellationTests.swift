import TestSupport
import Testing

/// Ways in which a call is stopped, and what is said about it.
@Suite(.blocking) struct CancellationTests {
    private static let cancelled = "{\"status\":\"cancelled\"}"

    @Test(arguments: ["Polls", "Pushed", "Pending"])
    func `Cancelling ends a call that polls, waits or is pending, with 409`(className: String)
        throws
    {
        let worker = try WorkerProcess.start("cancellation", className)
        let gate = try Gate(in: TemporaryFolder())
        for _ in 0..<3 {
            let call = Background {
                try worker.client.execute("{\"announce\":\"\(gate.announce)\"}")
            }
            try gate.arrival()
            #expect(try worker.client.post("/cancel").text == Self.cancelled)
            let response = try call.value()
            #expect(response.status == 409)
            #expect(response.isDetail)
        }
    }

    @Test func `Cancelling while nothing runs is answered, and harms no later call`() throws {
        for className in ["Polls", "Pushed", "Ignores"] {
            let worker = try WorkerProcess.start("cancellation", className)
            #expect(try worker.client.post("/cancel").text == Self.cancelled)
            #expect(try worker.client.execute("{\"mode\":\"report\"}").status == 200)
        }
        let worker = try WorkerProcess.start("cancellation", "Pushed")
        _ = try worker.client.post("/cancel")
        let report = try worker.client.execute("{\"mode\":\"report\"}").text
        #expect(report == "{\"with\":0,\"without\":1}")
    }

    @Test(arguments: ["Deaf", "Unsupported"])
    func `Cancelling is not supported where the plugin declares no way to`(className: String) throws
    {
        let worker = try WorkerProcess.start("cancellation", className)
        let gate = try Gate(in: TemporaryFolder())
        let call = Background { try worker.client.execute("{\(gate.kwargs)}") }
        try gate.arrival()
        #expect(try worker.client.post("/cancel").text == "{\"status\":\"not_supported\"}")
        try gate.release()
        _ = try call.value()
    }

    @Test func `Cancelling is answered with the plugin's error where the plugin refuses it`() throws
    {
        let worker = try WorkerProcess.start("cancellation", "Refuses")
        #expect(
            try worker.client.post("/cancel").text
                == "{\"status\":\"error\",\"detail\":\"cannot stop \\\"now\\\"\"}")
    }

    @Test func `Cancelling ends waiting calls, also where the running one cannot be stopped`()
        throws
    {
        let worker = try WorkerProcess.start("cancellation", "Deaf")
        let gate = try Gate(in: TemporaryFolder())
        let first = Background { try worker.client.execute("{\(gate.kwargs)}") }
        try gate.arrival()
        let second = try worker.client.connect()
        try second.send("POST", "/execute", body: "{\"kwargs\":{\(gate.kwargs)}}")
        // Repeated, for the second call may not have arrived in the queue yet.
        let deadline = Deadline()
        while second.staysSilent(milliseconds: 20) && !deadline.hasPassed {
            _ = try worker.client.post("/cancel")
        }
        #expect(try second.readResponse().status == 409)
        #expect(first.isRunning)
        try gate.release()
        _ = try first.value()
    }

    @Test(arguments: ["close", "half-close", "reset"])
    func `A client that leaves its execute cancels it`(how: String) throws {
        let worker = try WorkerProcess.start("cancellation", "Polls")
        let folder = try TemporaryFolder()
        let running = try Gate(in: folder, "running")
        let ended = try Gate(in: folder, "ended")
        let connection = try worker.client.connect()
        let kwargs = "\"announce\":\"\(running.announce)\",\"ended\":\"\(ended.announce)\""
        try connection.send("POST", "/execute", body: "{\"kwargs\":{\(kwargs)}}")
        try running.arrival()
        switch how {
        case "close": connection.close()
        case "half-close": connection.closeSending()
        default: connection.reset()
        }
        #expect(try ended.arrival() == "stopped")
        #expect(try worker.client.execute("{\"mode\":\"report\"}").status == 200)
    }

    @Test func `A client that leaves its initialize does not cancel it`() throws {
        let worker = try WorkerProcess.start("lifecycle", "Lifecycle")
        let gate = try Gate(in: TemporaryFolder())
        let connection = try worker.client.connect()
        try connection.send("POST", "/initialize", body: "{\"kept\":1,\(gate.kwargs)}")
        try gate.arrival()
        connection.close()
        try gate.release()
        // Behind the initialize in the queue: when this is answered, it has come to its end.
        _ = try worker.client.post("/cleanup")
        #expect(try worker.client.get("/config").text.contains("\"kept\":1"))
    }

    @Test
    func `Of a thousand cancellations behind a plugin's cancel that blocks, each is answered`()
        throws
    {
        let gate = try Gate(in: TemporaryFolder())
        let worker = try WorkerProcess.start(
            "cancellation", "BlocksCancel", [], environment: gate.environment("CANCEL"))
        let connections = try (0..<1000).map { _ in
            let connection = try worker.client.connect()
            try connection.send("POST", "/cancel")
            return connection
        }
        try gate.arrival()
        var answers: [String: Int] = [:]
        for connection in connections {
            let response = try connection.readResponse()
            #expect(response.status == 200)
            answers[String(response.text.prefix { $0 != "," }), default: 0] += 1
        }
        // One that the plugin is asked about, and as many as may wait.
        #expect(answers["{\"status\":\"cancelled\"}"] == 513)
        #expect(answers["{\"status\":\"error\""] == 487)
        try gate.release(513)
        #expect(try worker.client.get("/health").status == 200)
    }
}
