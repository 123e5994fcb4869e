import TestSupport
import Testing

/// GET /calls: what runs and waits.
@Suite(.blocking) struct CallListTests {
    /// The text without its ages, and the ages.
    private func split(_ text: String) throws -> (text: String, ages: [Double]) {
        let mark = "\"age_seconds\":"
        var rest = text[...]
        var parts = ""
        var ages: [Double] = []
        while let range = rest.firstRange(of: mark) {
            parts += rest[..<range.upperBound]
            let number = rest[range.upperBound...].prefix { $0 != "," }
            ages.append(try #require(Double(number)))
            rest = rest[number.endIndex...]
        }
        return (parts + rest, ages)
    }

    private func entry(
        _ id: String, _ endpoint: String, _ state: String, _ progress: String = "0.0",
        _ message: String = ""
    ) -> String {
        "{\"id\":\"\(id)\",\"endpoint\":\"\(endpoint)\",\"state\":\"\(state)\","
            + "\"age_seconds\":,\"progress\":\(progress),\"message\":\"\(message)\"}"
    }

    private func expectList(_ worker: LiveWorker, _ entries: [String]) throws {
        let expected = "{\"calls\":[\(entries.joined(separator: ","))]}"
        let deadline = Deadline()
        var (text, ages) = try split(try worker.client.get("/calls").text)
        // A list is good for 50 ms.
        while text != expected, !deadline.hasPassed {
            (text, ages) = try split(try worker.client.get("/calls").text)
        }
        #expect(text == expected)
        #expect(ages.allSatisfy { (0..<600).contains($0) })
    }

    @Test func `GET /calls answers with an empty list where nothing runs`() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        #expect(try worker.client.get("/calls").text == "{\"calls\":[]}")
        _ = try worker.client.execute("{}")
        try worker.answer("/calls", contains: "{\"calls\":[]}")
    }

    @Test func `GET /calls lists what runs, then what waits in its order, with all that is known`()
        throws
    {
        let worker = try WorkerProcess.start("calls", "Calls")
        let gate = try Gate(in: TemporaryFolder())
        let first = try worker.begin("first", "{\"mode\":\"progress\",\(gate.kwargs)}")
        try gate.arrival()
        let waiting = [
            try worker.begin("\"2\"", path: "/execute"),
            try worker.begin("3", path: "/execute_stream"),
            try worker.begin("4", path: "/initialize"),
        ]
        let cleanup = try worker.begin("5", path: "/cleanup")
        try expectList(
            worker,
            [
                entry("first", "/execute", "running", "-1.0", "half \\\"way\\\""),
                entry("5", "/cleanup", "queued"), entry("\\\"2\\\"", "/execute", "queued"),
                entry("3", "/execute_stream", "queued"), entry("4", "/initialize", "queued"),
            ])
        try gate.release()
        for connection in [first, cleanup] + waiting {
            #expect(try connection.readResponse().status == 200)
        }
        try worker.answer("/calls", contains: "{\"calls\":[]}")
    }

    @Test func `GET /calls counts the age of a call from its arrival`() throws {
        let worker = try WorkerProcess.start("cancellation", "Deaf")
        let gate = try Gate(in: TemporaryFolder())
        let start = Deadline.now
        let first = try worker.begin("first", "{\(gate.kwargs)}")
        try gate.arrival()
        let middle = Deadline.now
        let second = try worker.begin("second", "{\(gate.kwargs)}")
        try worker.answer("/calls", "one with a second call of 50 ms") {
            try split($0.text).ages.last.map { $0 >= 0.05 } ?? false
        }
        let before = Deadline.now
        let ages = try split(try worker.client.get("/calls").text).ages
        let after = Deadline.now
        try #require(ages.count == 2)
        // A list is good for 50 ms.
        #expect(ages[0] >= Double(before - middle) / 1000 - 0.052)
        #expect(ages[0] <= Double(after - start) / 1000 + 0.002)
        #expect(ages[1] <= Double(after - middle) / 1000 + 0.002)
        try gate.release(2)
        #expect(try [first, second].map { try $0.readResponse().status } == [200, 200])
    }

    @Test(arguments: ["/initialize", "/cleanup"])
    func `GET /calls shows an initialize and a cleanup that run`(path: String) throws {
        let gate = try Gate(in: TemporaryFolder())
        let worker = try WorkerProcess.start(
            "lifecycle", "Lifecycle", environment: gate.environment("CLEANUP"))
        let call = try worker.begin("alone", "{\(gate.kwargs)}", path: path)
        try gate.arrival()
        try expectList(worker, [entry("alone", path, "running")])
        try gate.release(2)  // one for the cleanup at the end
        #expect(try call.readResponse().status == 200)
    }

    @Test func `GET /calls shows which call is being cancelled`() throws {
        let worker = try WorkerProcess.start("cancellation", "Ignores")
        let gate = try Gate(in: TemporaryFolder())
        let first = try worker.begin("first", "{\(gate.kwargs)}")
        let second = try worker.begin("second", "{\(gate.kwargs)}")
        try gate.arrival()
        #expect(try worker.client.post("/cancel/first").status == 200)
        try expectList(
            worker,
            [entry("first", "/execute", "cancelling"), entry("second", "/execute", "queued")])
        try gate.release(2)
        #expect(try [first, second].map { try $0.readResponse().status } == [409, 200])
    }

    @Test func `GET /calls shows the first 256 calls, and says how many more there are`() throws {
        let worker = try WorkerProcess.start("calls", "Calls")
        let gate = try Gate(in: TemporaryFolder())
        let first = try worker.begin("first", "{\"mode\":\"block\",\(gate.kwargs)}")
        try gate.arrival()
        let waiting = try (0..<300).map { number in
            let connection = try worker.client.connect()
            try connection.send(
                "POST", "/execute", body: "{}", headers: [("X-Request-Id", "call-\(number)")])
            return connection
        }
        let text = try worker.answer("/calls", contains: "],\"more\":45}").text
        #expect(text.ranges(of: "\"id\":").count == 256)
        // What is not shown is there all the same.
        #expect(try worker.client.get("/progress/call-299").status == 200)
        #expect(try worker.client.post("/cancel/call-299").status == 200)
        #expect(try worker.client.get("/progress/call-299").status == 404)
        #expect(try waiting[299].readResponse().status == 409)
        try gate.release()
        for connection in [first] + waiting.dropLast() {
            #expect(try connection.readResponse().status == 200)
        }
    }
}
