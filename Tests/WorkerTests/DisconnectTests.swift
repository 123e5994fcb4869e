import TestSupport
import Testing

/// Clients that go away: whose calls end, and whose do not.
@Suite(.blocking) struct DisconnectTests {
    private static let ways: [(path: String, how: String)] = ["/execute", "/execute_stream"]
        .flatMap { path in ["close", "half-close", "reset"].map { (path, $0) } }

    private func leave(_ connection: HTTPConnection, _ how: String) {
        switch how {
        case "close": connection.close()
        case "half-close": connection.closeSending()
        default: connection.reset()
        }
    }

    @Test(arguments: ways)
    func `A plugin notices that the client of its running call has gone`(path: String, how: String)
        throws
    {
        let worker = try WorkerProcess.start("cancellation", "Pushed")
        let folder = try TemporaryFolder()
        let (running, ended) = (try Gate(in: folder, "running"), try Gate(in: folder, "ended"))
        let kwargs = "{\"announce\":\"\(running.announce)\",\"ended\":\"\(ended.announce)\"}"
        let connection = try worker.begin("call", kwargs, path: path)
        try running.arrival()
        leave(connection, how)
        #expect(try ended.arrival() == "stopped")
    }

    @Test(arguments: ways)
    func `A client that goes takes its waiting call out of the queue`(path: String, how: String)
        throws
    {
        let worker = try WorkerProcess.start("cancellation", "Deaf")
        let folder = try TemporaryFolder()
        let (running, waiting) = (try Gate(in: folder, "running"), try Gate(in: folder, "waiting"))
        let first = try worker.begin("running", "{\(running.kwargs)}")
        try running.arrival()
        let connection = try worker.begin("waiting", "{\(waiting.kwargs)}", path: path)
        leave(connection, how)
        try worker.answer("/health", contains: "\"calls_queued\":0")
        try running.release()
        #expect(try first.readResponse().status == 200)
        #expect(try worker.client.execute("{\"mode\":\"report\"}").status == 200)
        #expect(waiting.staysEmpty(milliseconds: 0))
    }

    @Test(arguments: ["close", "reset"])
    func `A client that has sent its next request already is noticed when it goes`(how: String)
        throws
    {
        let worker = try WorkerProcess.start("cancellation", "Pushed")
        let folder = try TemporaryFolder()
        let (running, ended) = (try Gate(in: folder, "running"), try Gate(in: folder, "ended"))
        let connection = try worker.begin(
            "call", "{\"announce\":\"\(running.announce)\",\"ended\":\"\(ended.announce)\"}")
        try running.arrival()
        for _ in 0..<5 { try connection.send("GET", "/health") }
        leave(connection, how)
        #expect(try ended.arrival() == "stopped")
    }

    @Test(arguments: ["close", "half-close", "reset"])
    func `A client that leaves a control endpoint cancels nothing`(how: String) throws {
        let worker = try WorkerProcess.start("cancellation", "Polls")
        let call = try worker.begin("call")
        for request in [
            "GET /health", "GET /stats", "GET /progress", "GET /progress/call", "GET /calls",
            "GET /config", "POST /cancel/nobody",
        ] {
            let parts = request.split(separator: " ").map(String.init)
            let connection = try worker.client.connect()
            try connection.send(parts[0], parts[1])
            leave(connection, how)
        }
        // Noticed after all of those: the worker hears of clients that leave in their order.
        let last = try worker.begin("last")
        leave(last, how)
        try worker.answer("/health", contains: "\"calls_queued\":0")
        #expect(try worker.reaches("running", "call"))
        #expect(try worker.client.post("/cancel").status == 200)
        #expect(try call.readResponse().status == 409)
    }

    @Test(arguments: ["close", "half-close", "reset"])
    func `A client that leaves its initialize and cleanup lets them run`(how: String) throws {
        let folder = try TemporaryFolder()
        let worker = try WorkerProcess.start(
            "lifecycle", "Lifecycle", environment: ["FIXTURE_TRACE": folder.file("trace")])
        let gate = try Gate(in: folder)
        let running = try worker.begin("running", "{\(gate.kwargs)}")
        try gate.arrival()
        let initialize = try worker.begin("initialize", "{\"kept\":1}", path: "/initialize")
        let cleanup = try worker.begin("cleanup", path: "/cleanup")
        let call = try worker.begin("call")
        for connection in [initialize, cleanup, call] { leave(connection, how) }
        try worker.answer("/health", contains: "\"calls_queued\":2")
        try gate.release()
        #expect(try running.readResponse().status == 200)
        try worker.answer("/calls", contains: "[]")
        #expect(try worker.client.get("/config").text == "{\"kept\":1}")
        let trace = folder.text("trace").split(separator: "\n").map(String.init)
        #expect(
            trace.filter(["initialize", "execute", "cleanup"].contains)
                == ["execute", "cleanup", "initialize"])
    }
}
