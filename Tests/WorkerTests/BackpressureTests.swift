import Glibc
import TestSupport
import Testing

/// A plugin that is faster than its client waits; a client that has gone stops the plugin.
@Suite(.blocking) struct BackpressureTests {
    private func open(
        _ worker: LiveWorker, _ gate: Gate, pad: Int
    ) throws -> HTTPConnection {
        let connection = try worker.client.connect()
        let kwargs = "\"mode\":\"endless\",\"pad\":\(pad),\"announce\":\"\(gate.announce)\""
        try connection.send("POST", "/execute_stream", body: "{\"kwargs\":{\(kwargs)}}")
        #expect(try connection.readHead().status == 200)
        return connection
    }

    private func recorded(_ worker: LiveWorker) throws -> String {
        try worker.client.post("/execute").text
    }

    @Test func `An endless stream waits for a client that does not read, in constant memory`()
        throws
    {
        let worker = try WorkerProcess.start("streams", "Streams")
        let gate = try Gate(in: TemporaryFolder())
        let before = worker.facts.anonymousKiB
        let connection = try open(worker, gate, pad: 10_000)
        // Not announced: it waits in emit. An unbounded queue would grow by gigabytes meanwhile.
        #expect(gate.staysEmpty(milliseconds: 1500))
        #expect(worker.facts.anonymousKiB - before < 64 * 1024)
        for _ in 0..<20 { _ = try connection.readChunk() }
        #expect(try worker.client.get("/health").status == 200)
        connection.close()
        try gate.arrival()
    }

    @Test(arguments: ["close", "half-close", "reset"])
    func `An endless stream stops when its client closes, half-closes or resets`(how: String) throws
    {
        let worker = try WorkerProcess.start("streams", "Streams")
        let gate = try Gate(in: TemporaryFolder())
        let connection = try open(worker, gate, pad: 100)
        _ = try connection.readChunk()
        switch how {
        case "close": connection.close()
        case "half-close": connection.closeSending()
        default: connection.reset()
        }
        try gate.arrival()
        // UW_CANCELLED, and again for the one emit more.
        #expect(try recorded(worker).contains("\"stopped\":4,\"after\":4,\"finished\":0"))
    }

    @Test func `An endless stream stops at POST /cancel, and says so in its trailer`() throws {
        let worker = try WorkerProcess.start("streams", "Streams")
        let gate = try Gate(in: TemporaryFolder())
        let connection = try open(worker, gate, pad: 0)
        _ = try connection.readChunk()
        #expect(try worker.client.post("/cancel").text == "{\"status\":\"cancelled\"}")
        while try connection.readChunk() != nil {}
        #expect(try connection.readFields()["X-Stream-End"] == "cancelled")
        try gate.arrival()
    }

    @Test func `An endless stream stops at SIGTERM, and the worker exits with 0`() throws {
        let worker = try WorkerProcess.start("streams", "Streams", ["--shutdown-grace", "40"])
        let gate = try Gate(in: TemporaryFolder())
        let connection = try open(worker, gate, pad: 1000)
        _ = try connection.readChunk()
        try worker.terminate(expecting: .exited(0))
    }
}
