import TestSupport
import Testing

/// Control endpoints never wait for plugin code.
@Suite(.blocking) struct ResponsivenessTests {
    private static let control = [
        "/health", "/health/live", "/stats", "/progress", "/config", "/config_schema", "/calls",
    ]

    private func expectAnswers(_ client: HTTPClient) throws {
        for _ in 0..<5 {
            for path in Self.control {
                #expect(try client.get(path).status == 200, "\(path)")
            }
            #expect([200, 503].contains(try client.get("/health/ready").status))
        }
    }

    @Test func `Control endpoints answer while a call blocks`() throws {
        let worker = try WorkerProcess.start("cancellation", "Deaf")
        let gate = try Gate(in: TemporaryFolder())
        let call = Background { try worker.client.execute("{\(gate.kwargs)}") }
        try gate.arrival()
        try expectAnswers(worker.client)
        #expect(try worker.client.post("/cancel").status == 200)
        #expect(call.isRunning)
        try gate.release()
        #expect(try call.value().status == 200)
    }

    @Test func `Control endpoints answer while initialize blocks`() throws {
        let worker = try WorkerProcess.start("lifecycle", "Lifecycle")
        let gate = try Gate(in: TemporaryFolder())
        let initialize = Background { try worker.client.post("/initialize", "{\(gate.kwargs)}") }
        try gate.arrival()
        try expectAnswers(worker.client)
        #expect(try worker.client.post("/cancel").status == 200)
        #expect(try worker.client.get("/config").text == "{\"initial\":true}")
        try gate.release()
        #expect(try initialize.value().text == "{\"status\":\"ok\"}")
    }

    @Test func `Control endpoints answer while cleanup blocks`() throws {
        let gate = try Gate(in: TemporaryFolder())
        let worker = try WorkerProcess.start(
            "lifecycle", "Lifecycle", environment: gate.environment("CLEANUP"))
        let cleanup = Background { try worker.client.post("/cleanup") }
        try gate.arrival()
        try expectAnswers(worker.client)
        try gate.release(2)  // one for the cleanup at the end
        #expect(try cleanup.value().text == "{\"status\":\"cleaned\"}")
    }

    @Test func `Control endpoints answer while the plugin's cancel blocks`() throws {
        let gate = try Gate(in: TemporaryFolder())
        let call = try Gate(in: TemporaryFolder())
        let worker = try WorkerProcess.start(
            "cancellation", "BlocksCancel", environment: gate.environment("CANCEL"))
        let running = Background {
            try worker.client.execute("{\"announce\":\"\(call.announce)\"}")
        }
        try call.arrival()
        let cancel = Background { try worker.client.post("/cancel") }
        try gate.arrival()
        try expectAnswers(worker.client)
        try gate.release(4)
        #expect(try cancel.value().status == 200)
        #expect(try running.value().status == 409)
    }

    @Test func `Control endpoints answer while forty-five streams wait for their clients`() throws {
        let worker = try WorkerProcess.start("streams", "Streams")
        let streams = try (0..<45).map { _ in
            let connection = try worker.client.connect()
            try connection.send(
                "POST", "/execute_stream",
                body: "{\"kwargs\":{\"mode\":\"endless\",\"pad\":1000}}")
            return connection
        }
        try expectAnswers(worker.client)
        for stream in streams { stream.close() }
    }

    @Test func `Control endpoints answer beside many idle and half-open connections`() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let connections = try (0..<60).map { _ in
            let connection = try worker.client.connect()
            try connection.send("POST /execute HTTP/1.1\r\nHost: localhost\r\n")
            return connection
        }
        try expectAnswers(worker.client)
        withExtendedLifetime(connections) {}
    }
}
