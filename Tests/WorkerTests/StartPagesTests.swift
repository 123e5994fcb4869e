import Glibc
import TestSupport
import Testing

/// The code that only the start needs does not stay in memory.
@Suite(.blocking) struct StartPagesTests {
    @Test(.enabled(if: Sanitizer.leavesMemoryAlone))
    func `A worker that serves takes less memory than its start took`() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let deadline = Deadline()
        while worker.facts.residentKiB * 4 > worker.facts.peakKiB * 3, !deadline.hasPassed {
            poll(nil, 0, 5)
        }
        #expect(worker.facts.residentKiB * 4 <= worker.facts.peakKiB * 3)
        #expect(try worker.client.post("/execute", "{}").status == 200)
    }

    @Test func `A page of the worker's code that has been changed stays as it is`() throws {
        let worker = try WorkerProcess.start("patching", "Patching")
        _ = try worker.client.get("/health")
        #expect(try worker.client.post("/execute", "{}").text == "true")
    }
}
