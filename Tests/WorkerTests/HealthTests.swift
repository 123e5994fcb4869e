import Glibc
import TestSupport
import Testing

/// What /health and its like say, and when the worker is not ready.
@Suite(.blocking) struct HealthTests {
    private func expectReady(_ worker: LiveWorker) throws {
        let ready = try worker.client.get("/health/ready")
        #expect(ready.status == 200)
        #expect(ready.text == "{\"status\":\"ready\"}")
        #expect(try worker.client.get("/health").text.contains("\"state\":\"ready\""))
    }

    /// Expects 503 and the reason over `connections`, and a /health that goes on.
    private func expectUnready(
        _ connections: [HTTPConnection], _ state: String, _ reason: String
    ) throws {
        for (connection, path) in zip(connections, ["/health/ready", "/health", "/health/live"]) {
            try connection.send("GET", path)
            let response = try connection.readResponse()
            switch path {
            case "/health/ready":
                #expect(response.status == 503)
                #expect(
                    response.text.hasPrefix("{\"status\":\"not_ready\",\"reason\":\"\(reason)"))
                #expect(response.headers["Content-Type"] == "application/json")
            case "/health":
                #expect(response.status == 200)
                #expect(response.text.hasPrefix("{\"status\":\"running\",\"pid\":"))
                #expect(
                    response.text.contains("\"state\":\"\(state)\",\"reason\":\"\(reason)"))
            default:
                #expect(response.status == 200)
                #expect(response.text == "{\"status\":\"live\"}")
            }
        }
    }

    private func connections(_ worker: LiveWorker) throws -> [HTTPConnection] {
        try (0..<3).map { _ in
            let connection = try worker.client.connect()
            try connection.send("GET", "/health")
            #expect(try connection.readResponse().status == 200)
            return connection
        }
    }

    @Test func `GET /health tells how many calls run and wait`() throws {
        let worker = try WorkerProcess.start("cancellation", "Deaf")
        func tail(_ running: Int, _ queued: Int) throws -> Substring {
            let text = try worker.client.get("/health").text
            let start = try #require(text.firstRange(of: "\"state\":"))
            let seconds = try #require(text.firstRange(of: "\"uptime_seconds\":"))
            let number = text[seconds.upperBound...].prefix { $0.isNumber }
            #expect((0..<600).contains(try #require(Int(number))))
            return text[start.lowerBound..<seconds.upperBound] + text[number.endIndex...]
        }
        func expected(_ running: Int, _ queued: Int) -> String {
            "\"state\":\"ready\",\"uptime_seconds\":,\"calls_running\":\(running),"
                + "\"calls_queued\":\(queued)}"
        }
        #expect(try tail(0, 0) == expected(0, 0))
        let gate = try Gate(in: TemporaryFolder())
        let running = try worker.begin("running", "{\(gate.kwargs)}")
        try gate.arrival()
        #expect(try tail(1, 0) == expected(1, 0))
        let waiting = try ["a", "b"].map { try worker.begin($0, "{\"mode\":\"report\"}") }
        #expect(try tail(1, 2) == expected(1, 2))
        // A busy plugin is ready.
        try expectReady(worker)
        try gate.release()
        for connection in [running] + waiting {
            #expect(try connection.readResponse().status == 200)
        }
        try worker.answer("/health", contains: "\"calls_running\":0,\"calls_queued\":0}")
    }

    @Test func `A worker is loading while an initialize runs, and then ready again`() throws {
        let worker = try WorkerProcess.start("lifecycle", "Lifecycle")
        try expectReady(worker)
        let gate = try Gate(in: TemporaryFolder())
        let initialize = try worker.begin("load", "{\(gate.kwargs)}", path: "/initialize")
        try gate.arrival()
        try expectUnready(connections(worker), "loading", "loading: ")
        try gate.release()
        #expect(try initialize.readResponse().status == 200)
        try worker.answer("/health", contains: "\"calls_running\":0")
        try expectReady(worker)
    }

    @Test func `A worker is draining while it ends, to the last`() throws {
        let worker = try WorkerProcess.start(
            "cancellation", "Deaf", ["--shutdown-grace", "600"])
        let gate = try Gate(in: TemporaryFolder())
        let call = try worker.begin("call", "{\(gate.kwargs)}")
        try gate.arrival()
        let waiting = try worker.begin("waiting")
        let connections = try connections(worker)
        worker.process.signal(SIGTERM)
        #expect(try waiting.readResponse().status == 503)
        try expectUnready(connections, "draining", "draining: ")
        try gate.release()
        #expect(try call.readResponse().status == 200)
        try worker.process.expectEnd(.exited(0))
    }

    @Test func `A worker has failed when its plugin says that it is broken for good`() throws {
        let gate = try Gate(in: TemporaryFolder())
        let worker = try WorkerProcess.start(
            "lifecycle", "Lifecycle", ["--shutdown-grace", "600"],
            environment: gate.environment("CLEANUP"))
        let connections = try connections(worker)
        let fatal = try worker.client.connect()
        try fatal.send("POST", "/initialize", body: "{\"status\":8}")
        try gate.arrival()
        try expectUnready(connections, "failed", "the plugin failed for good")
        try gate.release()
        #expect(try fatal.readResponse().status == 500)
        try worker.process.expectEnd(.exited(4))
    }

    /// Five seconds are what a cancelled call has to end.
    @Test func `A worker is wedged while a cancelled call does not end, and then ready again`()
        throws
    {
        let worker = try WorkerProcess.start("cancellation", "Ignores")
        let gate = try Gate(in: TemporaryFolder())
        let call = try worker.begin("stuck", "{\(gate.kwargs)}")
        try gate.arrival()
        let start = Deadline.now
        #expect(try worker.client.post("/cancel").text == "{\"status\":\"cancelled\"}")
        try expectReady(worker)
        try worker.answer("/health/ready", "503", pause: 50) { $0.status == 503 }
        #expect(Deadline.now - start >= 4_999)
        try expectUnready(connections(worker), "wedged", "wedged: call stuck was cancelled ")
        #expect(try worker.reaches("cancelling", "stuck"))
        try gate.release()
        #expect(try call.readResponse().status == 409)
        try worker.answer("/health/ready", "200") { $0.status == 200 }
        #expect(try worker.client.execute("{\"mode\":\"report\"}").status == 200)
        try expectReady(worker)
    }
}
