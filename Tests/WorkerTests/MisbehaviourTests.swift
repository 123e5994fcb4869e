import TestSupport
import Testing

/// A plugin that breaks the rules of execute gets told, its client gets a status, nobody else notices.
@Suite(.blocking) struct MisbehaviourTests {
    private let worker: LiveWorker

    init() throws { worker = try WorkerProcess.start("calls", "Calls") }

    private func mode(_ name: String, _ more: String = "") throws -> HTTPResponse {
        try worker.client.execute("{\"mode\":\"\(name)\"\(more)}")
    }

    /// What the worker's function answered to the plugin.
    private func recorded() throws -> Int? { Int(try mode("recorded").text) }

    @Test func `A second finish is answered UW_STALE, and the first result counts`() throws {
        let response = try mode("finish_twice")
        #expect(response.status == 200)
        #expect(response.text == "\"first\"")
        #expect(try recorded() == 32)
    }

    @Test func `An error returned after finish changes nothing`() throws {
        let response = try mode("finish_and_return_error")
        #expect(response.status == 200)
        #expect(response.text == "\"finished\"")
    }

    @Test func `A call that is never finished gets a 500 that says so`() throws {
        let response = try mode("no_finish")
        #expect(response.status == 500)
        #expect(response.isDetail)
        #expect(response.text.contains("finish"))
    }

    @Test func `A late finish from a thread is answered UW_STALE`() throws {
        let gate = try Gate(in: TemporaryFolder())
        #expect(try mode("late", ",\(gate.kwargs)").status == 500)
        try gate.release()
        #expect(try gate.arrival() == "finished")
        #expect(try recorded() == 32)
    }

    @Test func `A finish from a thread after UW_PENDING is in order`() throws {
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

    @Test(arguments: 0..<32)
    func `A result that is no JSON is told to the plugin and to the client`(number: Int) throws {
        let response = try mode("broken", ",\"case\":\(number)")
        #expect(response.status == 500, "\(response.text)")
        #expect(response.isDetail)
        #expect(try recorded() == 33)
    }

    @Test(arguments: [
        (0, "[1,2]"), (1, "123456789012345678901234567890"), (3, "1e400"),
        (5, "\"\\u0000\\ud83d\\ude00\""), (7, "\"\""), (8, "null"),
    ])
    func `A result that only looks odd is in order`(number: Int, text: String) throws {
        let response = try mode("odd", ",\"case\":\(number)")
        #expect(response.status == 200)
        #expect(response.text == text)
    }

    @Test(arguments: ["null", "null_with_length", "null_with_nts"])
    func `NULL for a result is told`(mode name: String) throws {
        #expect(try mode(name).status == 500)
        #expect(try recorded() == 33)
    }

    @Test func `A text may end with NUL, and an error may have no text`() throws {
        #expect(try mode("nts").text == "[1,2]")
        let silent = try mode("finish_without_text")
        #expect(silent.status == 500)
        #expect(silent.isDetail)
        let bad = try mode("finish_with_bad_text")
        #expect(bad.status == 500)
        #expect(bad.isDetail)
    }

    @Test func `An emit in execute is told that this is no stream`() throws {
        let response = try mode("emit")
        #expect(response.status == 200)
        #expect(response.text == "34")
    }

    @Test func `The id of an older call, or of a reply that is over, is told to be stale`() throws {
        #expect(try mode("remember").status == 200)
        // emit, progress, is_cancelled (1: it has ended), finish, reply.
        #expect(try mode("use_former").text == "[32,32,1,32,32]")
    }

    @Test func `An invented id is told to be none`() throws {
        let one = "[32,32,1,32]"
        #expect(try mode("invent").text == "[\(one),\(one),\(one),\(one)]")
    }

    @Test func `Progress out of range is told, and what was in order stays`() throws {
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

    @Test(arguments: ["exit", "abort", "crash"])
    func `A plugin that kills its own process ends the worker`(mode name: String) throws {
        let connection = try worker.client.connect()
        try connection.send("POST", "/execute", body: "{\"kwargs\":{\"mode\":\"\(name)\"}}")
        _ = try? connection.readResponse()
        let ending = try worker.process.waitForExit()
        #expect(ending != .exited(0))
        #expect(ending != .signalled(9))
    }

    @Test func `Each call has an id, which the log knows`() throws {
        let first = try mode("request_id").text
        let second = try mode("request_id").text
        #expect(first.utf8.count > 2)
        #expect(first != second)
    }
}
