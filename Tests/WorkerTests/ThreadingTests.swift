import TestSupport
import Testing

/// What `threading` declares is what happens.
@Suite(.blocking) struct ThreadingTests {
    private func call(_ worker: LiveWorker, _ gate: Gate) -> Background<HTTPResponse> {
        Background { try worker.client.execute("{\(gate.kwargs)}") }
    }

    private func report(_ worker: LiveWorker) throws -> String {
        try worker.client.execute("{\"mode\":\"report\"}").text
    }

    @Test(arguments: ["Serial", "Affine"])
    func `A plugin of one call at a time holds the second one back`(className: String) throws {
        let worker = try WorkerProcess.start("threading", className)
        let gate = try Gate(in: TemporaryFolder())
        let calls = (0..<3).map { _ in call(worker, gate) }
        try gate.arrival()
        #expect(gate.staysEmpty(milliseconds: 200))
        try gate.release(3)
        for call in calls { #expect(try call.value().status == 200) }
        #expect(try report(worker).contains("\"most\":1,"))
    }

    @Test func `A plugin with affinity has every function on one thread`() throws {
        let worker = try WorkerProcess.start("threading", "Affine")
        for _ in 0..<5 {
            _ = try worker.client.post("/initialize")
            _ = try worker.client.execute("{}")
            _ = try worker.client.stream("{}")
            _ = try worker.client.post("/cleanup")
        }
        #expect(try report(worker).hasSuffix("\"threads\":1}"))
    }

    @Test func `A plugin of several calls at a time gets so many, and no more`() throws {
        let worker = try WorkerProcess.start("threading", "Concurrent")
        let gate = try Gate(in: TemporaryFolder())
        let calls = (0..<7).map { _ in call(worker, gate) }
        for _ in 0..<4 { try gate.arrival() }
        #expect(gate.staysEmpty(milliseconds: 200))
        try gate.release(7)
        for call in calls { #expect(try call.value().status == 200) }
        #expect(try report(worker).contains("\"most\":4,"))
    }

    @Test(arguments: [1, 256])
    func `The number of calls at a time may be at its bounds`(count: Int) throws {
        let worker = try WorkerProcess.start(
            "threading", "Concurrent", environment: ["FIXTURE_CONCURRENCY": "\(count)"])
        #expect(try worker.client.execute("{}").status == 200)
    }

    @Test func `An initialize of a plugin of several calls waits until none runs`() throws {
        let worker = try WorkerProcess.start("threading", "Concurrent")
        let folder = try TemporaryFolder()
        let calls = try Gate(in: folder, "calls")
        let configuration = try Gate(in: folder, "configuration")
        let running = call(worker, calls)
        try calls.arrival()
        let initialize = Background {
            try worker.client.post("/initialize", "{\(configuration.kwargs)}")
        }
        #expect(configuration.staysEmpty(milliseconds: 200))
        try calls.release()
        #expect(try running.value().status == 200)
        try configuration.arrival()
        let later = call(worker, calls)
        #expect(calls.staysEmpty(milliseconds: 200))
        try configuration.release()
        #expect(try initialize.value().status == 200)
        try calls.release()
        #expect(try later.value().status == 200)
    }
}
