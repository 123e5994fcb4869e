import Glibc
import TestSupport
import Testing

/// Plugins that say that their calls are brief, and those of them that are wrong about it.
@Suite(.blocking) struct BriefCallTests {
    private let folder: TemporaryFolder
    private let gate: Gate

    init() throws {
        folder = try TemporaryFolder()
        gate = try Gate(in: folder)
    }

    private func start(_ className: String = "Brief", _ arguments: [String] = []) throws
        -> LiveWorker
    {
        try WorkerProcess.start("brief", className, arguments)
    }

    /// Begins a call that is not brief, and waits until it is at that.
    private func breakPromise(_ worker: LiveWorker, _ mode: String, timeout: String? = nil) throws
        -> HTTPConnection
    {
        let connection = try worker.client.connect()
        try connection.send(
            "POST", "/execute", body: "{\"kwargs\":{\"mode\":\"\(mode)\",\(gate.kwargs)}}",
            headers: [("X-Request-Id", "long")] + (timeout.map { [("X-Timeout", $0)] } ?? []))
        try gate.arrival()
        return connection
    }

    private func saysSo(_ worker: LiveWorker) throws {
        try worker.process.standardError.line(
            containing: "error call long: the plugin says UW_BRIEF, but its execute blocks")
    }

    @Test func `Execute runs on the thread that serves HTTP, and a stream on an executor`() throws {
        let worker = try start()
        #expect(try worker.client.execute("{}").text == "\"uw-http\"")
        #expect(try worker.client.stream("{}").lines == ["\"uw-exec-0\""])
        let large = String(repeating: "x", count: 40 << 10)
        #expect(try worker.client.execute("{\"text\":\"\(large)\"}").text == "\"uw-exec-0\"")
        #expect(try worker.terminate() == .exited(0))
    }

    @Test(arguments: ["Brief", "Several"])
    func `Every one of many calls at once is answered`(className: String) throws {
        let worker = try start(className)
        let connections = try (0..<50).map { _ in try worker.client.connect() }
        for _ in 0..<10 {
            for connection in connections { try connection.send("POST", "/execute", body: "{}") }
            for connection in connections { #expect(try connection.readResponse().status == 200) }
        }
        try worker.answer("/calls", contains: "[]")
    }

    @Test(arguments: ["Brief", "Several"], ["block", "spin"])
    func `A call that is not brief holds up no other request, and the flag counts no more`(
        className: String, mode: String
    ) throws {
        let worker = try start(className)
        #expect(try worker.client.execute("{}").status == 200)
        let long = try breakPromise(worker, mode)
        if mode == "spin" { try gate.release() }
        try worker.answer("/health", contains: "\"calls_running\":1")
        try saysSo(worker)
        if className == "Several" {
            #expect(try worker.client.execute("{}").text.contains("uw-exec"))
        }
        if mode == "spin" {
            #expect(try worker.client.post("/cancel/long").text == "{\"status\":\"cancelled\"}")
        } else {
            try gate.release()
        }
        #expect(try long.readResponse().status == (mode == "spin" ? 409 : 200))
        #expect(try worker.client.execute("{}").text.contains("uw-exec"))
        #expect(try worker.terminate() == .exited(0))
    }

    @Test func `The deadline of a call that is not brief is kept`() throws {
        let worker = try start()
        let long = try breakPromise(worker, "block", timeout: "1")
        #expect(try long.readResponse().status == 504)
        try gate.release()
        #expect(try worker.client.execute("{}").status == 200)
    }

    @Test func `The client of a call that is not brief may leave`() throws {
        let worker = try start()
        let long = try breakPromise(worker, "spin")
        try gate.release()
        try saysSo(worker)
        long.close()
        try worker.answer("/calls", contains: "[]")
        #expect(try worker.client.execute("{}").status == 200)
    }

    @Test func `An execute that ends the thread that serves HTTP is a 500, and another serves on`()
        throws
    {
        let worker = try start()
        let response = try worker.client.execute("{\"mode\":\"leave\"}")
        #expect(response.status == 500)
        #expect(response.text.contains("the thread of the plugin's execute ended itself"))
        for _ in 0..<3 { #expect(try worker.client.execute("{}").status == 200) }
        #expect(try worker.terminate() == .exited(0))
    }

    @Test func `An execute that ends the process is reported`() throws {
        let worker = try start()
        let connection = try worker.client.connect()
        try connection.send("POST", "/execute", body: "{\"kwargs\":{\"mode\":\"exit\"}}")
        #expect(try worker.process.waitForExit() == .exited(9))
    }

    @Test func `The end of the worker cancels a call that is not brief`() throws {
        let worker = try start("Brief", ["--shutdown-grace", "10"])
        let long = try breakPromise(worker, "spin")
        try gate.release()
        #expect(try worker.terminate() == .exited(0))
        #expect([409, 503].contains(try long.readResponse().status))
    }
}
