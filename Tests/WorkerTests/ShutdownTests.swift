import Glibc
import TestSupport
import Testing

/// SIGTERM: bounded, clean, and inside the two seconds that a host gives.
@Suite("The end of a worker", .timeLimit(.minutes(10)))
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

    @Test("does not wait for a call that cannot be stopped", arguments: ["Deaf", "Ignores"])
    func deaf(className: String) throws {
        let worker = try WorkerProcess.start("cancellation", className)
        let gate = try Gate(in: TemporaryFolder())
        let call = Background { try worker.client.execute("{\(gate.kwargs)}") }
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

    @Test("comes during create too")
    func duringCreate() throws {
        let gate = try Gate(in: TemporaryFolder())
        let process = try WorkerProcess.launch(
            "lifecycle", "Lifecycle", environment: gate.environment("CREATE"))
        try gate.arrival()
        process.signal(SIGTERM)
        try process.waitForExit(within: 2000)
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

    @Test("answers the call that runs before it comes, with SIGTERM sent twice")
    func twice() throws {
        let worker = try WorkerProcess.start("cancellation", "Polls")
        let gate = try Gate(in: TemporaryFolder())
        let call = Background {
            try worker.client.execute("{\"announce\":\"\(gate.announce)\"}")
        }
        try gate.arrival()
        worker.process.signal(SIGTERM)
        #expect(try worker.terminate(within: 2000) == .exited(0))
        _ = try? call.value()
    }
}
