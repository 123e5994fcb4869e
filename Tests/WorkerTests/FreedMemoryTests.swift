import Glibc
import TestSupport
import Testing

/// What a peak has taken does not stay with a worker that has nothing to do.
@Suite(.blocking) struct FreedMemoryTests {
    @Test(.enabled(if: Sanitizer.leavesMemoryAlone))
    func `Memory of a peak goes back to the system when the worker is idle`() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        #expect(try worker.client.get("/health").status == 200)
        let before = worker.facts.residentKiB
        // 20 MB in strings below malloc's limit for memory of their own, which is freed at once.
        let body = "{\"args\":[\"" + String(repeating: "x", count: 100_000) + "\"]}"
        let connections = try (0..<200).map { _ in
            let connection = try worker.client.connect()
            try connection.send("POST", "/execute", body: body)
            return connection
        }
        for connection in connections { #expect(try connection.readResponse().status == 200) }
        let peak = worker.facts.residentKiB
        #expect(peak - before > 4 << 10)
        for connection in connections { connection.close() }
        let deadline = Deadline(milliseconds: 20_000)
        while worker.facts.residentKiB - before > (peak - before) / 2, !deadline.hasPassed {
            sched_yield()
        }
        #expect(worker.facts.residentKiB - before <= (peak - before) / 2)
    }
}
