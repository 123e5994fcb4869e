import Glibc
import TestSupport
import Testing

/// What the log has of calls that fail: one line each, of one shape.
@Suite(.blocking) struct FailedCallLogTests {
    /// Waits for the line of the call `id`, and returns its level and what stands around `ms=`.
    private func line(_ id: String, _ worker: LiveWorker) throws -> String {
        let line = try worker.process.standardError.line(containing: " id=\(id) ")
        let words = line.split(separator: " ")
        #expect(words.count { $0.hasPrefix("ms=") && Int($0.dropFirst(3)) != nil } == 1)
        return words.dropFirst().filter { !$0.hasPrefix("ms=") }.joined(separator: " ")
    }

    private func post(
        _ worker: LiveWorker, _ id: String, _ path: String, _ body: String?,
        _ headers: [(String, String)] = []
    ) throws -> Int {
        try worker.client.request(
            "POST", path, body: body, headers: [("X-Request-Id", id)] + headers
        ).status
    }

    @Test func `A call that fails has a line, and one that goes well has none`() throws {
        let worker = try WorkerProcess.start("calls", "Calls")
        let failing = "{\"kwargs\":{\"mode\":\"finish_status\",\"status\":2}}"
        #expect(try post(worker, "well", "/execute", "{}") == 200)
        #expect(try post(worker, "fails", "/execute", failing) == 500)
        #expect(
            try line("fails", worker)
                == "warning call failed: status=500 endpoint=/execute id=fails "
                + "detail=what \"went\" wrong")
        try worker.terminate(expecting: .exited(0))
        let text = try worker.process.standardError.textAtEnd()
        #expect(text.split(separator: "\n").count { $0.contains("call failed: ") } == 1)
    }

    @Test func `A mistake of the plugin's is told once, with the call`() throws {
        let worker = try WorkerProcess.start("calls", "Calls")
        let broken = "{\"kwargs\":{\"mode\":\"finish_status\",\"status\":99}}"
        #expect(try post(worker, "odd", "/execute", broken) == 500)
        #expect(
            try line("odd", worker)
                == "warning call failed: status=500 endpoint=/execute id=odd "
                + "detail=the plugin's execute answered a status it may not: 99")
        try worker.terminate(expecting: .exited(0))
        let text = try worker.process.standardError.textAtEnd()
        #expect(text.split(separator: "\n").count { $0.contains("may not: 99") } == 1)
    }

    @Test(
        arguments: [
            ("malformed", "/execute", "{", [], 400),
            ("late", "/execute", "{}", [("X-Timeout", "x")], 400),
            ("lengthless", "/execute", nil, [], 411),
            ("huge", "/execute", String(repeating: " ", count: 2_000), [], 413),
            ("stream", "/execute_stream", "[]", [], 400),
        ] as [(String, String, String?, [(String, String)], Int)])
    func `A call that is refused before it reaches the plugin has a line`(
        id: String, path: String, body: String?, headers: [(String, String)], status: Int
    ) throws {
        let worker = try WorkerProcess.start("calls", "Calls", ["--max-body", "1000"])
        #expect(try post(worker, id, path, body, headers) == status)
        let line = try line(id, worker)
        #expect(line.hasPrefix("info call failed: status=\(status) endpoint=\(path) id=\(id) "))
    }

    @Test func `Initialize and cleanup that fail have lines as well`() throws {
        let worker = try WorkerProcess.start("throwing", "InInitialize")
        #expect(try post(worker, "init", "/initialize", "{}") == 400)
        #expect(
            try line("init", worker)
                == "info call failed: status=400 endpoint=/initialize id=init "
                + "detail=thrown \"on\" purpose")
        let other = try WorkerProcess.start("throwing", "InCleanup")
        #expect(try post(other, "clean", "/cleanup", "{}") == 500)
        #expect(
            try line("clean", other).hasPrefix(
                "warning call failed: status=500 endpoint=/cleanup id=clean "))
        try other.terminate(expecting: .exited(0))
        let text = try other.process.standardError.textAtEnd()
        #expect(text.contains(" error cleanup at the end failed: thrown \"on\" purpose"))
    }

    @Test func `A destroy that throws is told`() throws {
        let worker = try WorkerProcess.start("throwing", "InDestroy")
        try worker.terminate(expecting: .exited(0))
        let text = try worker.process.standardError.textAtEnd()
        #expect(text.contains(" error destroy failed: "))
    }

    @Test func `A schema or a configuration that cannot be had is told`() throws {
        let worker = try WorkerProcess.start("throwing", "InSchema")
        try worker.process.standardError.line(containing: " error ")
    }

    @Test func `Calls that are cancelled, overdue, left and refused for want of room have lines`()
        throws
    {
        let folder = try TemporaryFolder()
        let worker = try WorkerProcess.start("cancellation", "Polls", ["--max-queue", "1"])
        let gate = try Gate(in: folder)
        let runs = try worker.begin("runs", "{\(gate.kwargs)}")
        try gate.arrival()
        let waits = try worker.begin("waits", "{\(gate.kwargs)}")
        #expect(try post(worker, "full", "/execute", "{}") == 503)
        #expect(try line("full", worker).hasPrefix("warning call failed: status=503 "))
        #expect(try worker.client.post("/cancel").status == 200)
        for (id, connection) in [("runs", runs), ("waits", waits)] {
            #expect(try connection.readResponse().status == 409)
            #expect(
                try line(id, worker)
                    == "info call failed: status=409 endpoint=/execute id=\(id) "
                    + "detail=The call was cancelled by POST /cancel")
        }
        #expect(try post(worker, "late", "/execute", "{}", [("X-Timeout", "0.02")]) == 504)
        #expect(try line("late", worker).hasPrefix("warning call failed: status=504 "))
        let left = try worker.begin("left", "{\(gate.kwargs)}", path: "/execute_stream")
        try gate.arrival()
        left.close()
        #expect(
            try line("left", worker)
                == "info call failed: status=409 endpoint=/execute_stream id=left "
                + "detail=The client has disconnected")
    }

    @Test func `A call that does not end after it was cancelled is told once, after a while`()
        throws
    {
        let folder = try TemporaryFolder()
        let worker = try WorkerProcess.start("cancellation", "Ignores")
        let gate = try Gate(in: folder)
        let call = try worker.begin("stuck", "{\(gate.kwargs)}")
        try gate.arrival()
        for _ in 0..<2 { #expect(try worker.client.post("/cancel").status == 200) }
        let text = " error call stuck: it was cancelled and has not ended for 5 s"
        try worker.process.standardError.line(containing: text)
        try gate.release()
        #expect(try call.readResponse().status == 409)
        try worker.terminate(expecting: .exited(0))
        let log = try worker.process.standardError.textAtEnd()
        #expect(log.split(separator: "\n").count { $0.contains(text) } == 1)
    }
}
