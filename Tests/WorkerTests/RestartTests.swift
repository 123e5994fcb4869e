import Glibc
import TestSupport
import Testing

/// A worker that is told to end, on a socket that the next one serves.
@Suite(.blocking) struct RestartTests {
    private let listener: Listener

    init() throws { listener = try Listener() }

    private func start(
        _ fixture: String = "echo", _ className: String = "Echo", grace: Int = 30
    ) throws -> WorkerProcess {
        let process = try WorkerProcess(
            arguments: ["--module", try Fixture.path(fixture), "--class", className, "--fd", "3"]
                + ["--shutdown-grace", "\(grace)"],
            inherited: [listener.descriptor])
        _ = try process.waitUntilListening()
        return process
    }

    @Test func `No request is lost or refused while one worker follows another`() throws {
        let isOver = Monitor(false)
        let client = HTTPClient(.tcp(listener.port))
        var worker = try start()
        // Each keeps its connection as long as the worker does.
        let clients = (0..<4).map { number in
            Background { () -> [Int] in
                let isStream = number % 2 == 1
                var statuses: [Int] = []
                var connection: HTTPConnection?
                while !isOver.withLock({ $0 }) {
                    let current = try connection ?? client.connect()
                    let response: HTTPResponse
                    do {
                        try current.send(
                            "POST", isStream ? "/execute_stream" : "/execute",
                            body: "{\"args\":[1]}")
                        response = try current.readResponse()
                    } catch {
                        // A kept connection may have been closed as idle: clients ask again then.
                        guard connection != nil else { throw error }
                        connection = nil
                        continue
                    }
                    let isWhole = !isStream || response.trailers["X-Stream-End"] == "complete"
                    statuses.append(isWhole ? response.status : 0)
                    connection = response.headers["Connection"] == "close" ? nil : current
                }
                return statuses
            }
        }
        for _ in 0..<5 {
            let next = try start()
            worker.signal(SIGTERM)
            try worker.expectEnd(.exited(0))
            worker = next
        }
        isOver.withLock { $0 = true }
        for client in clients {
            let statuses = try client.value()
            #expect(!statuses.isEmpty && statuses.allSatisfy { $0 == 200 })
        }
    }

    @Test func `A connection whose stream began before the end is let go after it`() throws {
        let gate = try Gate(in: try TemporaryFolder())
        // The time for draining is longer than the test's patience.
        let worker = try start("streams", "Streams", grace: 120)
        let connection = try HTTPClient(.tcp(listener.port)).connect()
        try connection.send(
            "POST", "/execute_stream",
            body: "{\"kwargs\":{\"mode\":\"stamps\",\"count\":1,\(gate.kwargs)}}")
        let head = try connection.readHead()
        #expect(head.headers["Connection"] == nil)
        worker.signal(SIGTERM)
        _ = try worker.standardError.line(containing: "SIGTERM")
        try gate.release()
        while try connection.readChunk() != nil {}
        #expect(try connection.readFields()["X-Stream-End"] == "complete")
        #expect(try connection.isClosedByServer())
        try worker.expectEnd(.exited(0))
    }
}
