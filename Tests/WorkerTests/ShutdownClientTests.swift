import Glibc
import TestSupport
import Testing

/// What clients and the plugin see of the end of a worker.
@Suite(.blocking) struct ShutdownClientTests {
    /// Connections that the worker has taken in, and keeps.
    private func keptAlive(_ worker: LiveWorker, _ count: Int) throws -> [HTTPConnection] {
        try (0..<count).map { _ in
            let connection = try worker.client.connect()
            try connection.send("GET", "/health")
            #expect(try connection.readResponse().status == 200)
            return connection
        }
    }

    @Test func `A stream that can be stopped ends with an error line and a trailer that says why`()
        throws
    {
        let worker = try WorkerProcess.start("cancellation", "Polls", ["--shutdown-grace", "40"])
        let gate = try Gate(in: TemporaryFolder())
        let stream = Background {
            try worker.client.stream("{\"announce\":\"\(gate.announce)\"}")
        }
        try gate.arrival()
        try worker.terminate(expecting: .exited(0))
        let response = try stream.value()
        #expect(response.lines.last?.hasPrefix("{\"error\":\"") == true)
        #expect(response.trailers["X-Stream-End"] == "cancelled")
    }

    @Test func `A stream that cannot be stopped ends in the same way`() throws {
        let worker = try WorkerProcess.start("cancellation", "Deaf", ["--shutdown-grace", "5"])
        let gate = try Gate(in: TemporaryFolder())
        let stream = Background { try worker.client.stream("{\(gate.kwargs)}") }
        try gate.arrival()
        try worker.terminate(expecting: .exited(6))
        let response = try stream.value()
        #expect(response.lines.last?.hasPrefix("{\"error\":\"") == true)
        #expect(response.trailers["X-Stream-End"] == "cancelled")
    }

    @Test func `Calls that come while the worker drains get 503 and the end of their connection`()
        throws
    {
        let worker = try WorkerProcess.start(
            "cancellation", "Deaf", ["--shutdown-grace", "600"])
        let paths = ["/execute", "/execute_stream", "/initialize", "/cleanup"]
        let connections = try keptAlive(worker, paths.count)
        let gate = try Gate(in: TemporaryFolder())
        let call = Background { try worker.client.execute("{\(gate.kwargs)}") }
        try gate.arrival()
        // Refused at the moment from which all are.
        let waiting = try worker.begin("waiting")
        worker.process.signal(SIGTERM)
        #expect(try waiting.readResponse().status == 503)
        for (path, connection) in zip(paths, connections) {
            try connection.send("POST", path, body: "{}")
            let response = try connection.readResponse()
            #expect(response.status == 503, "\(path): \(response)")
            #expect(response.isDetail)
            #expect(response.headers["Connection"]?.lowercased() == "close")
            #expect(try connection.isClosedByServer())
        }
        try gate.release()
        #expect(try call.value().status == 200)
        try worker.process.expectEnd(.exited(0))
    }

    @Test func `A call that waits behind another one gets 503 at once`() throws {
        let worker = try WorkerProcess.start(
            "cancellation", "Deaf", ["--shutdown-grace", "600"])
        let gate = try Gate(in: TemporaryFolder())
        let first = Background { try worker.client.execute("{\(gate.kwargs)}") }
        try gate.arrival()
        let second = Background { try worker.client.execute("{}") }
        let deadline = Deadline()
        while try !worker.client.get("/health").text.contains("\"calls_queued\":1") {
            try #require(!deadline.hasPassed)
        }
        worker.process.signal(SIGTERM)
        #expect(try second.value().status == 503)
        #expect(first.isRunning)
        try gate.release()
        #expect(try first.value().status == 200)
        try worker.process.expectEnd(.exited(0))
    }

    @Test func `GET /health is answered with 200 to the last`() throws {
        let folder = try TemporaryFolder()
        let cancel = try Gate(in: folder, "cancel")
        let running = try Gate(in: folder, "running")
        let worker = try WorkerProcess.start(
            "cancellation", "BlocksCancel", ["--shutdown-grace", "40"],
            environment: cancel.environment("CANCEL"))
        let connections = try keptAlive(worker, 2)
        func expectHealth(_ connection: HTTPConnection, _ when: String) throws {
            try connection.send("GET", "/health")
            let response = try connection.readResponse()
            #expect(response.status == 200, "while \(when)")
            #expect(response.text.contains("\"pid\":\(worker.process.pid)"))
        }
        let call = Background {
            try worker.client.execute("{\"announce\":\"\(running.announce)\"}")
        }
        try running.arrival()
        worker.process.signal(SIGTERM)
        try worker.waitForEndToBegin()
        try expectHealth(connections[0], "draining")
        try cancel.arrival()
        try expectHealth(connections[1], "cancelling")
        try cancel.release()
        _ = try call.value()
        try worker.process.expectEnd(.exited(0))
    }

    @Test func `GET /health is answered with 200 while the plugin cleans up`() throws {
        for function in ["CLEANUP", "DESTROY"] {
            let gate = try Gate(in: TemporaryFolder())
            let worker = try WorkerProcess.start(
                "lifecycle", "Lifecycle", ["--shutdown-grace", "600"],
                environment: gate.environment(function))
            let connections = try keptAlive(worker, 1)
            worker.process.signal(SIGTERM)
            try gate.arrival()
            try connections[0].send("GET", "/health")
            #expect(try connections[0].readResponse().status == 200)
            try gate.release()
            try worker.process.expectEnd(.exited(0))
        }
    }

    @Test(arguments: [
        ("Lifecycle", ["/cleanup"], 1), ("Lifecycle", ["/cleanup", "/cleanup"], 2),
        ("Lifecycle", [], 1), ("Lifecycle", ["/initialize"], 1),
        ("Lifecycle", ["/cleanup", "/initialize"], 2),
        ("Lifecycle", ["/cleanup", "/execute"], 2), ("NoCleanup", ["/cleanup"], 2),
    ])
    func `A plugin is cleaned up once, unless that has been done with nothing after it`(
        className: String, paths: [String], expected: Int
    ) throws {
        let folder = try TemporaryFolder()
        let worker = try WorkerProcess.start(
            "lifecycle", className, environment: ["FIXTURE_TRACE": folder.file("trace")])
        for path in paths { _ = try worker.client.post(path) }
        try worker.terminate(expecting: .exited(0))
        let trace = folder.text("trace").split(separator: "\n")
        #expect(trace.count { $0 == "cleanup" } == expected)
        #expect(trace.last == "destroy")
        #expect(trace.count { $0 == "destroy" } == 1)
    }
}
