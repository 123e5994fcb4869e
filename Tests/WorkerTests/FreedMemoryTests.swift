import Glibc
import TestSupport
import Testing

/// What a peak has taken does not stay with a worker that has nothing to do.
@Suite(.blocking) struct FreedMemoryTests {
    /// The sizes are among those for which malloc's own limits have each request's memory mapped anew.
    @Test(
        .enabled(if: Sanitizer.leavesMemoryAlone),
        arguments: [100_000, 200_000, 4_001_275, 9_698_669])
    func `A body and its answer use the memory of those before them`(size: Int) throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let body = "{\"args\":[\"" + String(repeating: "x", count: size) + "\"],\"kwargs\":{}}"
        let deadline = Deadline()
        var faults = Int.max
        // A machine that stops for a second makes the worker idle, which gives memory back.
        while faults > 15, !deadline.hasPassed {
            let before = worker.facts.pageFaults
            #expect(try worker.client.post("/execute", body).text == body)
            faults = worker.facts.pageFaults - before
        }
        #expect(faults <= 15)
    }

    @Test(.enabled(if: Sanitizer.leavesMemoryAlone))
    func `Memory of a peak goes back to the system when the worker is idle`() throws {
        let worker = try WorkerProcess.start("lifecycle", "Lifecycle")
        let gate = try Gate(in: TemporaryFolder())
        let running = try worker.begin("running", "{\(gate.kwargs)}")
        try gate.arrival()
        let before = worker.facts.anonymousKiB
        // 20 MB in strings below malloc's limit for memory of their own, which is freed at once.
        let body = "{\"args\":[\"" + String(repeating: "x", count: 100_000) + "\"]}"
        let connections = try (0..<200).map { _ in
            let connection = try worker.client.connect()
            try connection.send("POST", "/execute", body: body)
            return connection
        }
        try worker.answer("/health", contains: "\"calls_queued\":200}")
        let peak = worker.facts.anonymousKiB
        #expect(peak - before > 16 << 10)
        try gate.release()
        for connection in [running] + connections {
            #expect(try connection.readResponse().status == 200)
        }
        for connection in connections { connection.close() }
        let deadline = Deadline()
        while worker.facts.anonymousKiB - before > (peak - before) / 2, !deadline.hasPassed {
            poll(nil, 0, 20)
        }
        #expect(worker.facts.anonymousKiB - before <= (peak - before) / 2)
    }
}
