import Glibc
import TestSupport
import Testing

/// What the end of a worker does to the plugin code that runs meanwhile.
@Suite(.blocking) struct ShutdownCallTests {
    @Test func `A call that finishes in time does so`() throws {
        let worker = try WorkerProcess.start("lifecycle", "Lifecycle")
        let gate = try Gate(in: TemporaryFolder())
        let call = Background { try worker.client.execute("{\(gate.kwargs)}") }
        try gate.arrival()
        worker.process.signal(SIGTERM)
        try worker.waitForEndToBegin()
        try gate.release()
        #expect(try call.value().status == 200)
        try worker.process.expectEnd(.exited(0))
    }

    @Test(arguments: ["Polls", "Pushed", "Pending"])
    func `A call that can be stopped is cancelled, and its client answered`(className: String)
        throws
    {
        let worker = try WorkerProcess.start(
            "cancellation", className, ["--shutdown-grace", "40"])
        let gate = try Gate(in: TemporaryFolder())
        let call = Background {
            try worker.client.execute("{\"announce\":\"\(gate.announce)\"}")
        }
        try gate.arrival()
        try worker.terminate(expecting: .exited(0))
        #expect([409, 503].contains(try call.value().status))
    }

    @Test func `A cancelled call that outlasts --wedged-exit ends the worker with 8`() throws {
        let worker = try WorkerProcess.start(
            "cancellation", "Ignores", ["--wedged-exit", "2", "--shutdown-grace", "2"])
        let gate = try Gate(in: TemporaryFolder())
        let call = Background { try worker.client.execute("{\(gate.kwargs)}") }
        try gate.arrival()
        #expect(try worker.client.post("/cancel").status == 200)
        try worker.process.expectEnd(.exited(8))
        _ = try? call.value()
    }

    @Test(arguments: ["Deaf", "Ignores"])
    func `A call that cannot be stopped is left behind`(className: String) throws {
        let worker = try WorkerProcess.start("cancellation", className, ["--shutdown-grace", "5"])
        let gate = try Gate(in: TemporaryFolder())
        let call = Background { try worker.client.execute("{\(gate.kwargs)}") }
        try gate.arrival()
        try worker.terminate(expecting: .exited(6))
        #expect(try call.value().isDetail)
    }

    @Test func `An initialize that cannot be stopped is left behind`() throws {
        let worker = try WorkerProcess.start("lifecycle", "Lifecycle", ["--shutdown-grace", "2"])
        let gate = try Gate(in: TemporaryFolder())
        let call = Background { try worker.client.post("/initialize", "{\(gate.kwargs)}") }
        try gate.arrival()
        try worker.terminate(expecting: .exited(6))
        _ = try? call.value()
    }

    @Test func `A call that never finishes is left behind`() throws {
        let worker = try WorkerProcess.start("calls", "Calls", ["--shutdown-grace", "2"])
        let gate = try Gate(in: TemporaryFolder())
        let kwargs = "{\"mode\":\"pending_for_ever\",\"announce\":\"\(gate.announce)\"}"
        let call = Background { try worker.client.execute(kwargs) }
        try gate.arrival()
        try worker.terminate(expecting: .exited(6))
        _ = try? call.value()
    }

    @Test(arguments: ["CLEANUP", "DESTROY"])
    func `A cleanup or destroy that blocks is left behind`(function: String) throws {
        let gate = try Gate(in: TemporaryFolder())
        let worker = try WorkerProcess.start(
            "lifecycle", "Lifecycle", ["--shutdown-grace", "5"],
            environment: gate.environment(function))
        worker.process.signal(SIGTERM)
        try gate.arrival()
        try worker.process.expectEnd(.exited(6))
    }
}
