import TestSupport
import Testing

/// What `threading` declares is what happens.
@Suite("The declared threading", .blocking)
struct ThreadingTests {
    private func call(_ worker: RunningWorker, _ gate: Gate) -> Background<HTTPResponse> {
        Background { try worker.client.execute("{\(gate.kwargs)}") }
    }

    private func report(_ worker: RunningWorker) throws -> String {
        try worker.client.execute("{\"mode\":\"report\"}").text
    }

    @Test("of one at a time holds the second call back", arguments: ["Serial", "Affine"])
    func serial(className: String) throws {
        let worker = try WorkerProcess.start("threading", className)
        let gate = try Gate(in: TemporaryFolder())
        let calls = (0..<3).map { _ in call(worker, gate) }
        try gate.arrival()
        #expect(gate.staysEmpty(milliseconds: 200))
        try gate.release(3)
        for call in calls { #expect(try call.value().status == 200) }
        #expect(try report(worker).contains("\"most\":1,"))
    }

    @Test("of affinity keeps every function on one thread")
    func affine() throws {
        let worker = try WorkerProcess.start("threading", "Affine")
        for _ in 0..<5 {
            _ = try worker.client.post("/initialize")
            _ = try worker.client.execute("{}")
            _ = try worker.client.stream("{}")
            _ = try worker.client.post("/cleanup")
        }
        #expect(try report(worker).hasSuffix("\"threads\":1}"))
    }

    @Test("of several at a time lets so many in, and no more")
    func concurrent() throws {
        let worker = try WorkerProcess.start("threading", "Concurrent")
        let gate = try Gate(in: TemporaryFolder())
        let calls = (0..<7).map { _ in call(worker, gate) }
        for _ in 0..<4 { try gate.arrival() }
        #expect(gate.staysEmpty(milliseconds: 200))
        try gate.release(7)
        for call in calls { #expect(try call.value().status == 200) }
        #expect(try report(worker).contains("\"most\":4,"))
    }

    @Test("of several is taken at its bounds", arguments: [1, 256])
    func bounds(count: Int) throws {
        let worker = try WorkerProcess.start(
            "threading", "Concurrent", environment: ["FIXTURE_CONCURRENCY": "\(count)"])
        #expect(try worker.client.execute("{}").status == 200)
    }

    @Test("of several lets initialize in only when no call runs")
    func exclusive() throws {
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
