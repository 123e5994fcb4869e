import Glibc
import TestSupport
import Testing

/// A worker under a limit of tasks, which may be reached at any moment of its life.
@Suite(.blocking) struct FewThreadsTests {
    private let folder: TemporaryFolder
    /// While this file exists, no thread can be had.
    private let full: String
    private let environment: [String: String]

    init() throws {
        folder = try TemporaryFolder()
        full = folder.file("full")
        environment = [
            "LD_PRELOAD": try Fixture.path("few_threads"), "FIXTURE_NO_THREADS": full,
        ]
    }

    private func start(
        _ fixture: String, _ className: String, _ options: [String] = []
    ) throws -> LiveWorker {
        try WorkerProcess.start(fixture, className, options, environment: environment)
    }

    private func fill() throws {
        let file = try Descriptor(
            unsafe open(full, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600), from: "open")
        file.close()
    }

    @Test func `A worker that lacks one of its own threads does not start, and says so`() throws {
        var limit = 0
        while true {
            var variables = environment
            variables["FIXTURE_THREAD_LIMIT"] = "\(limit)"
            let process = try WorkerProcess.launch(
                "cancellation", "Pushed", environment: variables)
            if (try? process.standardError.line(containing: "listening on")) != nil { break }
            #expect(try process.waitForExit() == .exited(7), "\(limit) threads")
            let log = try process.standardError.textAtEnd()
            #expect(log.contains("cannot be started"), "\(limit) threads")
            limit += 1
        }
        #expect(limit == 8, "the threads of docs/architecture.md that are there when it serves")
    }

    @Test func `Calls run on the executors that there are, one after the other`() throws {
        let worker = try start("threading", "Concurrent")
        try fill()
        let gate = try Gate(in: folder)
        let first = try worker.begin("first", "{\(gate.kwargs)}")
        try gate.arrival()
        let others = try (0..<5).map { try worker.begin("other-\($0)", "{\(gate.kwargs)}") }
        #expect(try worker.client.get("/health").status == 200)
        for other in 0..<5 { #expect(try worker.reaches("queued", "other-\(other)")) }
        try gate.release(6)
        for connection in [first] + others {
            #expect(try connection.readResponse().status == 200)
        }
        try worker.terminate(expecting: .exited(0))
        let text = try worker.process.standardError.textAtEnd()
        #expect(text.split(separator: "\n").count { $0.contains("cannot be started") } == 1)
    }

    @Test func `A call of a Python plugin for which there is no thread gets 503`() throws {
        let worker = try PythonWorker.start(["--concurrency", "2"])
        // A call leaves its lane after its answer; the next one is to find that of the main thread.
        func rests() throws { try worker.answer("/health", contains: "\"calls_running\":0,") }
        #expect(try worker.client.execute("{\"mode\":\"threadless\"}").status == 200)
        try rests()
        let gate = try Gate(in: TemporaryFolder())
        let first = try worker.begin("first", "{\"mode\":\"gate\",\(gate.kwargs)}")
        try gate.arrival()
        let refused = try worker.client.execute("{}")
        #expect(refused.status == 503)
        #expect(refused.text == "{\"detail\":\"can't start new thread\"}")
        try gate.release()
        #expect(try first.readResponse().status == 200)
        try rests()
        #expect(try worker.client.execute("{}").status == 200)
    }

    @Test func `The next call asks again for the thread that could not be had`() throws {
        let worker = try start("threading", "Concurrent")
        try fill()
        let gate = try Gate(in: folder)
        let first = try worker.begin("first", "{\(gate.kwargs)}")
        try gate.arrival()
        let second = try worker.begin("second", "{\(gate.kwargs)}")
        #expect(try worker.reaches("queued", "second"))
        _ = unsafe unlink(full)
        let third = try worker.begin("third", "{\(gate.kwargs)}")
        // Both of them, while the first one still runs.
        for _ in 0..<2 { try gate.arrival() }
        try gate.release(3)
        for connection in [first, second, third] {
            #expect(try connection.readResponse().status == 200)
        }
    }

    @Test func `The first X-Timeout, large body and cancellation still work`() throws {
        let worker = try start("cancellation", "Pushed")
        try fill()
        let gate = try Gate(in: folder)
        let late = try worker.begin("late", "{\(gate.kwargs)}", headers: [("X-Timeout", "1")])
        try gate.arrival()
        #expect(try late.readResponse().status == 504)
        let text = String(repeating: "x", count: 400_000)
        let large = "{\"args\":[\"\(text)\"],\"kwargs\":{\"mode\":\"report\"}}"
        #expect(try worker.client.post("/execute", large).status == 200)
        let running = try worker.begin("running", "{\(gate.kwargs)}")
        try gate.arrival()
        #expect(try worker.client.post("/cancel").text == "{\"status\":\"cancelled\"}")
        #expect(try running.readResponse().status == 409)
        try worker.terminate(expecting: .exited(0))
    }
}
