import TestSupport
import Testing

/// --max-connections: who is one too many hears so, and nobody else notices.
@Suite(.blocking) struct ConnectionLimitTests {
    private func connect(_ worker: LiveWorker, _ count: Int) throws -> [HTTPConnection] {
        try (0..<count).map { _ in
            let connection = try worker.client.connect()
            try connection.send("GET", "/health")
            #expect(try connection.readResponse().status == 200)
            return connection
        }
    }

    private func expectRefusal(_ worker: LiveWorker, _ method: String, _ path: String) throws {
        let connection = try worker.client.connect()
        try connection.send(method, path, body: method == "POST" ? "{}" : nil)
        let response = try connection.readResponse()
        #expect(response.status == 503)
        #expect(response.isDetail && response.text.contains("--max-connections"))
        #expect(response.headers["Content-Type"] == "application/json")
        #expect(response.headers["Retry-After"] == "1")
        #expect(response.headers["Connection"]?.lowercased() == "close")
        #expect(try connection.isClosedByServer())
    }

    @Test(arguments: [1, 3])
    func `Connections beyond the limit are answered 503, and the others are served`(limit: Int)
        throws
    {
        let worker = try WorkerProcess.start(
            "echo", "Echo", ["--max-connections", "\(limit)"])
        let connections = try connect(worker, limit)
        for _ in 0..<3 {
            for path in ["/health", "/nowhere"] { try expectRefusal(worker, "GET", path) }
            for path in ["/execute", "/cleanup"] { try expectRefusal(worker, "POST", path) }
            for connection in connections {
                try connection.send("POST", "/execute", body: "{\"args\":[1]}")
                #expect(try connection.readResponse().text == "{\"args\":[1],\"kwargs\":{}}")
            }
        }
    }

    @Test(arguments: ["close", "reset"])
    func `A connection that closes makes room for another one`(how: String) throws {
        let worker = try WorkerProcess.start("echo", "Echo", ["--max-connections", "2"])
        var connections = try connect(worker, 2)
        for _ in 0..<3 {
            try expectRefusal(worker, "GET", "/health")
            let first = connections.removeFirst()
            if how == "close" { first.close() } else { first.reset() }
            let deadline = Deadline()
            var next: HTTPConnection?
            while next == nil && !deadline.hasPassed {
                let connection = try worker.client.connect()
                try connection.send("GET", "/health")
                if try connection.readResponse().status == 200 { next = connection }
            }
            connections.append(try #require(next))
        }
        for connection in connections {
            try connection.send("GET", "/health")
            #expect(try connection.readResponse().status == 200)
        }
    }

    @Test func `Connections beyond the limit do not disturb those within`() throws {
        let worker = try WorkerProcess.start("echo", "Echo", ["--max-connections", "2"])
        let connections = try connect(worker, 2)
        let extra = try (0..<3).map { _ in try worker.client.connect() }
        // Accepted after them, and so counted: the worker takes connections in their order.
        try expectRefusal(worker, "GET", "/health")
        for connection in connections {
            try connection.send("POST", "/execute", body: "{\"args\":[1]}")
            #expect(try connection.readResponse().status == 200)
        }
        for connection in extra {
            try connection.send("GET", "/health")
            #expect(try connection.readResponse().status == 503)
        }
    }

    @Test(arguments: ["close", "reset"])
    func `A silent stream makes room when its client has gone`(how: String) throws {
        let worker = try WorkerProcess.start("lifecycle", "Lifecycle", ["--max-connections", "2"])
        // libmicrohttpd looks again at its oldest connection, and so would find the other one.
        let older = try connect(worker, 1)
        let gate = try Gate(in: TemporaryFolder())
        let stream = try worker.client.connect()
        try stream.send("POST", "/execute_stream", body: "{\"kwargs\":{\(gate.kwargs)}}")
        try gate.arrival()
        if how == "close" { stream.close() } else { stream.reset() }
        let deadline = Deadline()
        var status = 0
        while status != 200 && !deadline.hasPassed {
            let connection = try worker.client.connect()
            try connection.send("GET", "/health")
            status = try connection.readResponse().status
        }
        #expect(status == 200)
        try gate.release()
        for connection in older { connection.close() }
    }
}
