import Glibc
import TestSupport
import Testing

/// A worker that takes connections on two sockets at once.
@Suite(.blocking) struct TwoListenersTests {
    /// A worker with a port and a path, and a client of each.
    private func start(
        _ options: [String] = [], fixture: String = "echo", _ className: String = "Echo"
    ) throws -> (worker: UnixWorker, clients: [HTTPClient]) {
        let worker = try UnixWorker(["--port", "0"] + options, fixture: fixture, className)
        let port = try worker.process.waitUntilListening()
        return (worker, [HTTPClient(.tcp(port)), worker.client])
    }

    private func status(_ connection: HTTPConnection) throws -> Int {
        try connection.send("GET", "/health")
        return try connection.readResponse().status
    }

    @Test func `Connections of both count against one limit`() throws {
        let (worker, clients) = try start(["--max-connections", "2"])
        let open = try clients.map { try $0.connect() }
        for connection in open { #expect(try status(connection) == 200) }
        for client in clients {
            let response = try client.get("/health")
            #expect(response.status == 503 && response.text.contains("--max-connections"))
        }
        open[0].close()
        let deadline = Deadline()
        while try clients[1].get("/health").status != 200, !deadline.hasPassed {}
        #expect(try status(open[1]) == 200)
        try worker.terminate(expecting: .exited(0))
    }

    @Test func `Those for whom there is no room at all wait, on both, until there is`() throws {
        let (worker, clients) = try start(["--max-connections", "1"])
        // Beyond the limit as many are told so as the worker takes for that.
        let taken = try (0..<65).map { try clients[$0 % 2].connect() }
        let waiting = try clients.map { client in
            let connection = try client.connect()
            try connection.send("GET", "/health")
            return connection
        }
        #expect(try status(taken[0]) == 200)
        for connection in taken { connection.close() }
        for connection in waiting {
            #expect([200, 503].contains(try connection.readResponse().status))
        }
        try worker.terminate(expecting: .exited(0))
    }

    @Test func `Without descriptors clients of both wait, and are served once there are some`()
        throws
    {
        let (worker, clients) = try start(fixture: "descriptors", "Descriptors")
        let first = try clients[1].connect()
        func set(_ limit: Int) throws {
            let kwargs = "{\"mode\":\"limit\",\"number\":\(limit)}"
            try first.send("POST", "/execute", body: "{\"kwargs\":\(kwargs)}")
            #expect(try first.readResponse().status == 200)
        }
        try set(5)
        let waiting = try clients.map { client in
            let connection = try client.connect()
            try connection.send("GET", "/health")
            return connection
        }
        try worker.process.standardError.line(
            containing: "connections wait that cannot be accepted")
        try set(1_024)
        for connection in waiting { #expect(try connection.readResponse().status == 200) }
        try worker.terminate(expecting: .exited(0))
        let told = try worker.process.standardError.textAtEnd().split(separator: "\n")
            .filter { $0.contains("cannot be accepted") }
        #expect(told.count == 1)
    }

    @Test func `A call on one is answered in the drain, and the other says meanwhile that it ends`()
        throws
    {
        let (worker, clients) = try start(fixture: "lifecycle", "Lifecycle")
        let gate = try Gate(in: try TemporaryFolder())
        let call = try clients[1].connect()
        try call.send("POST", "/execute", body: "{\"kwargs\":{\(gate.kwargs)}}")
        try gate.arrival()
        worker.process.signal(SIGTERM)
        _ = try worker.process.standardError.line(containing: "SIGTERM asks")
        let refused = try clients[0].post("/execute", "{}")
        #expect(refused.status == 503 && refused.text.contains("shutting down"))
        #expect(refused.headers["Connection"] == "close")
        try gate.release()
        #expect(try call.readResponse().status == 200)
        try worker.process.expectEnd(.exited(0))
        #expect(worker.folder.names == [])
    }

    @Test func `A worker on an inherited socket leaves that to the next one, and removes its path`()
        throws
    {
        let listener = try Listener()
        let folder = try TemporaryFolder()
        func start() throws -> WorkerProcess {
            let process = try WorkerProcess(
                arguments: [
                    "--module", try Fixture.path("echo"), "--class", "Echo", "--fd", "3",
                    "--unix", folder.file("socket"), "--shutdown-grace", "40",
                ], inherited: [listener.descriptor])
            _ = try process.waitUntilListening()
            return process
        }
        let first = try start()
        let idle = try HTTPClient(.unix(folder.file("socket"))).connect()
        #expect(try status(idle) == 200)
        first.signal(SIGTERM)
        // A connection on which nothing is asked does not keep it.
        try first.expectEnd(.exited(0))
        #expect(folder.names == [])
        let waiting = try HTTPClient(.tcp(listener.port)).connect()
        try waiting.send("GET", "/health")
        let second = try start()
        #expect(try waiting.readResponse().status == 200)
        #expect(try HTTPClient(.unix(folder.file("socket"))).get("/health").status == 200)
        second.signal(SIGTERM)
        try second.expectEnd(.exited(0))
    }

    @Test func `Host and Origin are looked at over TCP alone`() throws {
        let (worker, clients) = try start(["--allow-origin", "https://ui.example"])
        let headers = [("Host", "evil.example"), ("Origin", "https://evil.example")]
        #expect(try clients[0].request("GET", "/health", headers: headers).status == 403)
        #expect(try clients[1].request("GET", "/health", headers: headers).status == 200)
        let page = [("Origin", "https://ui.example")]
        for (client, name) in zip(clients, ["https://ui.example", nil]) {
            let response = try client.request("GET", "/health", headers: page)
            #expect(response.headers["Access-Control-Allow-Origin"] == name)
            #expect(response.headers["Vary"] == (name == nil ? nil : "Origin"))
        }
        try worker.terminate(expecting: .exited(0))
    }
}
