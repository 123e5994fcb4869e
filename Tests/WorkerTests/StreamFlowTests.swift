import TestSupport
import Testing

/// How lines flow: no faster than the client reads, and at once where it does.
@Suite(.blocking) struct StreamFlowTests {
    /// How many bytes the plugin says that it has emitted; none where it has said nothing yet.
    private func emitted(_ worker: LiveWorker) throws -> Int {
        let (text, mark) = (try worker.client.get("/progress").text, "\"message\":\"")
        let range = try #require(text.firstRange(of: mark), "\(text)")
        return Int(text[range.upperBound...].prefix { $0.isNumber }) ?? 0
    }

    @Test(.enabled(if: Sanitizer.leavesMemoryAlone))
    func `A slow reader of 500 MB holds the plugin back, in less than 8 MB of memory`() throws {
        let worker = try WorkerProcess.start("streams", "Streams")
        // What serving it takes is in memory when the stream begins.
        _ = try worker.client.stream("{\"mode\":\"counted\",\"count\":20,\"pad\":9997}")
        _ = try worker.client.get("/progress")
        let idle = worker.facts.anonymousKiB
        let gate = try Gate(in: TemporaryFolder())
        let receiveBuffer: Int32 = 64 << 10
        let connection = try worker.client.connect(receiveBuffer: receiveBuffer)
        let kwargs = "\"mode\":\"counted\",\"count\":50000,\"pad\":9997"
        try connection.send(
            "POST", "/execute_stream",
            body: "{\"kwargs\":{\(kwargs),\"announce\":\"\(gate.announce)\"}}")
        #expect(try connection.readHead().status == 200)

        // The pipe's 256 KiB twice, since it is filled while it is sent; what gathers in the slot,
        // 16 KiB; the line that waits in emit; libmicrohttpd's buffer, 12 KiB.
        let (pipe, rest) = (256 << 10, (16 << 10) + 10_000 + (12 << 10))
        let most = try Endpoint.capacity(receiveBuffer: receiveBuffer) + 2 * pipe + rest
        var (received, ahead) = (0, 0)
        func sample() throws {
            let lead = try emitted(worker) - received
            ahead = max(ahead, lead)
            #expect(lead <= most, "after \(received) bytes")
            #expect(worker.facts.anonymousKiB - idle < 8 << 10, "after \(received) bytes")
        }
        let deadline = Deadline()
        while ahead < pipe, !deadline.hasPassed { try sample() }
        #expect(ahead >= pipe, "the plugin makes lines before they are read")
        for _ in 0..<200 { try sample() }
        while received < 2 * most {
            for _ in 0..<20 { received += try #require(try connection.readChunk()).count }
            try sample()
        }
        #expect(gate.staysEmpty(milliseconds: 0))
        connection.close()
        #expect(try gate.arrival() == "stopped")
    }

    @Test func `Each line leaves before the next one is made`() throws {
        let worker = try WorkerProcess.start("streams", "Streams")
        let gate = try Gate(in: TemporaryFolder())
        let connection = try worker.client.connect()
        try connection.send(
            "POST", "/execute_stream",
            body: "{\"kwargs\":{\"mode\":\"stamps\",\"count\":40,\(gate.kwargs)}}")
        #expect(try connection.readHead().status == 200)
        var last: Int64 = 0
        for _ in 0..<40 {
            try gate.release()
            let line = String(decoding: try #require(try connection.readChunk()), as: UTF8.self)
            let stamp = try #require(Int64(line.dropLast()))
            #expect(stamp > last)
            last = stamp
        }
        #expect(try connection.readChunk() == nil)
    }
}
