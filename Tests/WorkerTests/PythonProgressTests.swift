import TestSupport
import Testing

/// What a Python class shows of itself, while its calls run and between them.
@Suite(.blocking) struct PythonProgressTests {
    @Test func `A call shows what the class has said since it began, and none of the call before`()
        throws
    {
        let worker = try PythonWorker.start()
        let gate = try Gate(in: TemporaryFolder())
        let first = try worker.begin(
            "first", "{\"mode\":\"gate\",\"progress\":0.25,\(gate.kwargs)}")
        try gate.arrival()
        let shown = "\"progress\":0.25,\"message\":\"at the gate\""
        try worker.answer("/progress/first", contains: shown)
        try worker.answer("/progress", contains: shown)
        try worker.answer("/calls", contains: shown)
        try gate.release()
        #expect(try first.readResponse().status == 200)
        let second = try worker.begin("second", "{\"mode\":\"gate\",\(gate.kwargs)}")
        try gate.arrival()
        let own = try worker.client.get("/progress/second").text
        #expect(own == "{\"progress\":0.0,\"message\":\"\"}")
        #expect(try worker.client.get("/progress").text == "{\(shown)}")
        try gate.release()
        #expect(try second.readResponse().status == 200)
        #expect(try worker.client.get("/progress/second").status == 404)
    }

    @Test func `Progress is shown while a configuration is being taken in`() throws {
        let worker = try PythonWorker.start()
        let gate = try Gate(in: TemporaryFolder())
        let configuration = "{\"progress\":0.5,\(gate.kwargs)}"
        let connection = try worker.begin("init", configuration, path: "/initialize")
        try gate.arrival()
        let shown = "\"progress\":0.5,\"message\":\"at the gate\""
        for path in ["/progress", "/progress/init", "/calls"] {
            try worker.answer(path, contains: shown)
        }
        #expect(try worker.client.get("/health").text.contains("\"state\":\"loading\""))
        try gate.release()
        #expect(try connection.readResponse().status == 200)
    }

    @Test func `What a thread of the class says after the call is shown`() throws {
        let worker = try PythonWorker.start()
        let gate = try Gate(in: TemporaryFolder())
        let body = "{\"mode\":\"later\",\"progress\":0.75,\(gate.kwargs)}"
        #expect(try worker.client.execute(body).status == 200)
        try gate.release()
        try worker.answer("/progress", contains: "\"progress\":0.75")
    }

    @Test func `Of several calls each shows what the class has said since it began`() throws {
        let worker = try PythonWorker.start(["--concurrency", "2"])
        let (one, two) = (try Gate(in: TemporaryFolder()), try Gate(in: TemporaryFolder()))
        let first = try worker.begin("one", "{\"mode\":\"gate\",\"progress\":0.5,\(one.kwargs)}")
        try one.arrival()
        try worker.answer("/progress/one", contains: "0.5")
        let second = try worker.begin("two", "{\"mode\":\"gate\",\(two.kwargs)}")
        try two.arrival()
        #expect(try worker.client.get("/progress/one").text.contains("0.5"))
        #expect(try worker.client.get("/progress/two").text.contains("0.0"))
        try one.release()
        try two.release()
        #expect(try first.readResponse().status == 200)
        #expect(try second.readResponse().status == 200)
    }
}
