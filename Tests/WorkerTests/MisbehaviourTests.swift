import TestSupport
import Testing

/// A plugin that breaks the rules of execute gets told, its client gets a status, nobody else notices.
@Suite("A plugin that misbehaves in execute", .blocking)
struct MisbehaviourTests {
    private let worker: RunningWorker

    init() throws { worker = try WorkerProcess.start("calls", "Calls") }

    private func mode(_ name: String, _ more: String = "") throws -> HTTPResponse {
        try worker.client.execute("{\"mode\":\"\(name)\"\(more)}")
    }

    /// What the worker's function answered to the plugin.
    private func recorded() throws -> Int? { Int(try mode("recorded").text) }

    @Test("and finishes twice is answered UW_STALE; the first result counts")
    func finishTwice() throws {
        let response = try mode("finish_twice")
        #expect(response.status == 200)
        #expect(response.text == "\"first\"")
        #expect(try recorded() == 32)
    }

    @Test("and returns an error after it has finished changes nothing")
    func errorAfterFinish() throws {
        let response = try mode("finish_and_return_error")
        #expect(response.status == 200)
        #expect(response.text == "\"finished\"")
    }

    @Test("and never finishes gets its client a 500 that says so")
    func noFinish() throws {
        let response = try mode("no_finish")
        #expect(response.status == 500)
        #expect(response.isDetail)
        #expect(response.text.contains("finish"))
    }

    @Test("and finishes late, from a thread, is answered UW_STALE")
    func late() throws {
        let gate = try Gate(in: TemporaryFolder())
        #expect(try mode("late", ",\(gate.kwargs)").status == 500)
        try gate.release()
        #expect(try gate.arrival() == "finished")
        #expect(try recorded() == 32)
    }

    @Test("and finishes from a thread after UW_PENDING does nothing wrong")
    func pending() throws {
        let gate = try Gate(in: TemporaryFolder())
        let worker = worker
        let call = Background {
            try worker.client.execute("{\"mode\":\"pending\",\(gate.kwargs)}")
        }
        #expect(try gate.arrival() == "pending")
        #expect(call.isRunning)
        try gate.release()
        let response = try call.value()
        #expect(response.status == 200)
        #expect(response.text == "\"later\"")
        #expect(try mode("pending_but_finished").text == "\"early\"")
        #expect(try mode("echo").status == 200)
    }

    @Test("and hands over a result that is no JSON is told, its client too", arguments: 0..<32)
    func broken(number: Int) throws {
        let response = try mode("broken", ",\"case\":\(number)")
        #expect(response.status == 500, "\(response.text)")
        #expect(response.isDetail)
        #expect(try recorded() == 33)
    }

    @Test(
        "does not, when its result only looks odd",
        arguments: [
            (0, "[1,2]"), (1, "123456789012345678901234567890"), (3, "1e400"),
            (5, "\"\\u0000\\ud83d\\ude00\""), (7, "\"\""), (8, "null"),
        ])
    func odd(number: Int, text: String) throws {
        let response = try mode("odd", ",\"case\":\(number)")
        #expect(response.status == 200)
        #expect(response.text == text)
    }

    @Test(
        "and has NULL for a result is told",
        arguments: ["null", "null_with_length", "null_with_nts"])
    func null(mode name: String) throws {
        #expect(try mode(name).status == 500)
        #expect(try recorded() == 33)
    }

    @Test("may count on UW_NTS, and need not say why it failed")
    func texts() throws {
        #expect(try mode("nts").text == "[1,2]")
        let silent = try mode("finish_without_text")
        #expect(silent.status == 500)
        #expect(silent.isDetail)
        let bad = try mode("finish_with_bad_text")
        #expect(bad.status == 500)
        #expect(bad.isDetail)
    }

    @Test("and emits is told that this is no stream")
    func emit() throws {
        let response = try mode("emit")
        #expect(response.status == 200)
        #expect(response.text == "34")
    }

    @Test("and uses the id of an older call, or a reply that is over, is told so")
    func stale() throws {
        #expect(try mode("remember").status == 200)
        // emit, progress, is_cancelled (1: it has ended), finish, reply.
        #expect(try mode("use_former").text == "[32,32,1,32,32]")
    }

    @Test("and invents ids is told so")
    func invented() throws {
        let one = "[32,32,1,32]"
        #expect(try mode("invent").text == "[\(one),\(one),\(one),\(one)]")
    }

    @Test("and reports progress out of range is told; what was in order stays")
    func progress() throws {
        let gate = try Gate(in: TemporaryFolder())
        let worker = worker
        let call = Background {
            try worker.client.execute("{\"mode\":\"progress\",\(gate.kwargs)}")
        }
        try gate.arrival()
        #expect(
            try worker.client.get("/progress").text
                == "{\"progress\":-1.0,\"message\":\"half \\\"way\\\"\"}")
        try gate.release()
        #expect(try call.value().text == "[0,33,33,33,33,33,0,0,0]")
    }

    @Test(
        "and kills its own process is the end of the worker",
        arguments: ["exit", "abort", "crash"])
    func suicide(mode name: String) throws {
        let connection = try worker.client.connect()
        try connection.send("POST", "/execute", body: "{\"kwargs\":{\"mode\":\"\(name)\"}}")
        _ = try? connection.readResponse()
        let ending = try worker.process.waitForExit()
        #expect(ending != .exited(0))
        #expect(ending != .signalled(9))
    }

    @Test("gets an id for each call, which the log knows")
    func requestID() throws {
        let first = try mode("request_id").text
        let second = try mode("request_id").text
        #expect(first.utf8.count > 2)
        #expect(first != second)
    }
}
