import Glibc
import TestSupport
import Testing

/// How lines flow: no faster than the client reads, and at once where it does.
@Suite(.blocking) struct StreamFlowTests {
    private static func number(after mark: String, in text: String) -> Int? {
        guard let range = text.firstRange(of: mark) else { return nil }
        return Int(text[range.upperBound...].prefix { $0.isNumber })
    }

    /// How many bytes the plugin has emitted when it does not get any further.
    private func emittedAtStandstill(_ worker: RunningWorker) throws -> Int {
        let deadline = Deadline(milliseconds: 10_000)
        var (last, since) = (-1, Deadline.now)
        while !deadline.hasPassed {
            let text = try worker.client.get("/progress").text
            let emitted = try #require(Self.number(after: "\"message\":\"", in: text))
            if emitted != last { (last, since) = (emitted, Deadline.now) }
            if Deadline.now - since >= 150 { return emitted }
            poll(nil, 0, 10)
        }
        throw TestFailure("the plugin is not held back: it has emitted \(last) bytes")
    }

    @Test(.enabled(if: Sanitizer.leavesMemoryAlone))
    func `A slow reader of 500 MB holds the plugin back, in less than 8 MB of memory`() throws {
        let worker = try WorkerProcess.start("streams", "Streams")
        // Its code is in memory when the stream begins.
        _ = try worker.client.stream("{\"mode\":\"counted\",\"count\":100,\"pad\":9997}")
        _ = try worker.client.get("/progress")
        let idle = worker.facts.residentKiB
        let gate = try Gate(in: TemporaryFolder())
        let connection = try worker.client.connect()
        let kwargs = "\"mode\":\"counted\",\"count\":50000,\"pad\":9997"
        try connection.send(
            "POST", "/execute_stream",
            body: "{\"kwargs\":{\(kwargs),\"announce\":\"\(gate.announce)\"}}")
        #expect(try connection.readHead().status == 200)
        var received = 0
        for pause in 1...3 {
            // What the two sockets hold is the kernel's, some megabytes.
            let emitted = try emittedAtStandstill(worker)
            #expect(emitted - received < 24 << 20, "pause \(pause)")
            #expect(worker.facts.residentKiB - idle < 8 << 10, "pause \(pause)")
            let wanted = received + (4 << 20)
            while received < wanted {
                received += try #require(try connection.readChunk()).count
            }
        }
        #expect(try emittedAtStandstill(worker) >= received)
        #expect(gate.staysEmpty(milliseconds: 0))
        connection.close()
        #expect(try gate.arrival() == "stopped")
    }

    @Test func `Each line leaves before the next one is made`() throws {
        let worker = try WorkerProcess.start("streams", "Streams")
        let gate = try Gate(in: TemporaryFolder())
        let (rounds, lines) = (10, 40)
        let connection = try worker.client.connect()
        try connection.send(
            "POST", "/execute_stream",
            body: "{\"kwargs\":{\"mode\":\"stamps\",\"count\":\(rounds * lines),\(gate.kwargs)}}")
        #expect(try connection.readHead().status == 200)
        // The best of some rounds, so that a busy machine is not taken for a slow worker.
        var best = Int64.max
        for _ in 0..<rounds where best > 1_000_000 {
            var latencies: [Int64] = []
            for _ in 0..<lines {
                try gate.release()
                let line = try #require(try connection.readChunk())
                var time = timespec()
                unsafe clock_gettime(CLOCK_MONOTONIC, &time)
                let now = Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
                let stamp = String(decoding: line.dropLast(), as: UTF8.self)
                latencies.append(now - (try #require(Int64(stamp))))
            }
            latencies.sort()
            #expect(latencies[0] > 0)
            best = min(best, latencies[lines / 2])
        }
        #expect(best <= 1_000_000, "\(best) ns")
    }
}
