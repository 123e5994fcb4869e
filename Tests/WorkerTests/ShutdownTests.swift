import Glibc
import TestSupport
import Testing

/// SIGTERM: bounded, clean, and inside the two seconds that a host gives.
@Suite("The end of a worker", .blocking)
struct ShutdownTests {
    @Test("comes at once and with 0 when nothing runs", arguments: [SIGTERM, SIGINT])
    func idle(signal: Int32) throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let idle = try worker.client.connect()
        worker.process.signal(signal)
        #expect(try worker.process.waitForExit(within: 2000) == .exited(0))
        #expect(try idle.isClosedByServer())
        #expect(throws: TestFailure.self) { try worker.client.get("/health") }
    }

    @Test("does not come with SIGHUP or SIGPIPE")
    func otherSignals() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        worker.process.signal(SIGPIPE)
        worker.process.signal(SIGHUP)
        try worker.process.standardError.line(containing: "SIGHUP")
        #expect(try worker.client.execute("{}").status == 200)
        #expect(try worker.terminate(within: 2000) == .exited(0))
    }

    @Test("lets a call finish that does so in time")
    func finishing() throws {
        let worker = try WorkerProcess.start("lifecycle", "Lifecycle")
        let gate = try Gate(in: TemporaryFolder())
        let call = Background { try worker.client.execute("{\(gate.kwargs)}") }
        try gate.arrival()
        worker.process.signal(SIGTERM)
        try worker.waitForEndToBegin()
        try gate.release()
        #expect(try call.value().status == 200)
        #expect(try worker.process.waitForExit(within: 1000) == .exited(0))
    }

    @Test(
        "cancels a call that can be stopped, whose client is answered",
        arguments: ["Polls", "Pushed", "Pending"])
    func running(className: String) throws {
        let worker = try WorkerProcess.start("cancellation", className)
        let gate = try Gate(in: TemporaryFolder())
        let call = Background {
            try worker.client.execute("{\"announce\":\"\(gate.announce)\"}")
        }
        try gate.arrival()
        #expect(try worker.terminate(within: 2000) == .exited(0))
        #expect([409, 503].contains(try call.value().status))
    }

    @Test("comes with 8 when a cancelled call runs on for longer than --wedged-exit")
    func wedged() throws {
        let worker = try WorkerProcess.start("cancellation", "Ignores", ["--wedged-exit", "0.2"])
        let gate = try Gate(in: TemporaryFolder())
        let call = Background { try worker.client.execute("{\(gate.kwargs)}") }
        try gate.arrival()
        #expect(try worker.client.post("/cancel").status == 200)
        #expect(try worker.process.waitForExit(within: 5000) == .exited(8))
        _ = try? call.value()
    }

    @Test("does not wait for a call that cannot be stopped", arguments: ["Deaf", "Ignores"])
    func deaf(className: String) throws {
        let worker = try WorkerProcess.start("cancellation", className)
        let gate = try Gate(in: TemporaryFolder())
        let call = Background { try worker.client.execute("{\(gate.kwargs)}") }
        try gate.arrival()
        #expect(try worker.terminate(within: 2000) == .exited(6))
        #expect(try call.value().isDetail)
    }

    @Test("does not wait for an initialize that cannot be stopped")
    func initializing() throws {
        let worker = try WorkerProcess.start("lifecycle", "Lifecycle")
        let gate = try Gate(in: TemporaryFolder())
        let call = Background { try worker.client.post("/initialize", "{\(gate.kwargs)}") }
        try gate.arrival()
        #expect(try worker.terminate(within: 2000) == .exited(6))
        _ = try? call.value()
    }

    @Test("does not wait for a call that never finishes")
    func pendingForEver() throws {
        let worker = try WorkerProcess.start("calls", "Calls")
        let gate = try Gate(in: TemporaryFolder())
        let kwargs = "{\"mode\":\"pending_for_ever\",\"announce\":\"\(gate.announce)\"}"
        let call = Background { try worker.client.execute(kwargs) }
        try gate.arrival()
        #expect(try worker.terminate(within: 2000) == .exited(6))
        _ = try? call.value()
    }

    @Test("does not wait for a cleanup or destroy that blocks", arguments: ["CLEANUP", "DESTROY"])
    func blocked(function: String) throws {
        let gate = try Gate(in: TemporaryFolder())
        let worker = try WorkerProcess.start(
            "lifecycle", "Lifecycle", environment: gate.environment(function))
        worker.process.signal(SIGTERM)
        try gate.arrival()
        #expect(try worker.process.waitForExit(within: 2000) == .exited(6))
    }

    @Test("comes during create, and inside of dlopen, too")
    func whileLoading() throws {
        for (fixture, className, function) in [
            ("lifecycle", "Lifecycle", "CREATE"), ("constructor", "Constructor", "LOAD"),
        ] {
            let gate = try Gate(in: TemporaryFolder())
            let process = try WorkerProcess.launch(
                fixture, className, environment: gate.environment(function))
            try gate.arrival()
            process.signal(SIGTERM)
            #expect(try process.waitForExit(within: 2000) == .exited(0))
        }
    }

    @Test("takes children of the plugin with it")
    func children() throws {
        let worker = try WorkerProcess.start("calls", "Calls")
        let text = try worker.client.execute("{\"mode\":\"child\"}").text
        let child = ProcessFacts(try #require(Int32(text)))
        #expect(child.isAlive)
        #expect(try worker.terminate(within: 2000) == .exited(0))
        #expect(!child.isAlive)
        if child.isAlive { _ = kill(child.pid, SIGKILL) }
    }

    @Test(
        "comes at once, with 6, when a second signal asks for it",
        arguments: ["Polls", "Deaf"], [SIGTERM, SIGINT])
    func twice(className: String, second: Int32) throws {
        // Without the second signal, the drain alone would take six minutes.
        let worker = try WorkerProcess.start(
            "cancellation", className, ["--shutdown-grace", "600"])
        let gate = try Gate(in: TemporaryFolder())
        let call = Background { try worker.client.execute("{\(gate.kwargs)}") }
        try gate.arrival()
        worker.process.signal(SIGTERM)
        try worker.waitForEndToBegin()
        worker.process.signal(second)
        #expect(try worker.process.waitForExit(within: 1000) == .exited(6))
        _ = try? call.value()
    }

    @Test("frees its port at once")
    func port() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let connection = try worker.client.connect()
        try connection.send("GET", "/health")
        _ = try connection.readResponse()
        try worker.terminate(within: 2000)
        let path = try Fixture.path("echo")
        let next = try WorkerProcess(
            arguments: ["--module", path, "--class", "Echo", "--port", "\(worker.port)"])
        #expect(try next.waitUntilListening() == worker.port)
    }
}

extension RunningWorker {
    /// Waits until it has taken a signal for the reason of its end.
    func waitForEndToBegin() throws {
        try process.standardError.line(containing: "asks the worker to end")
    }
}
