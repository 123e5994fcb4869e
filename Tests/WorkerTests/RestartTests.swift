import Glibc
import TestSupport
import Testing

/// A worker that is told to end, on a socket that the next one serves.
@Suite(.blocking) struct RestartTests {
    private let listener: Listener

    init() throws { listener = try Listener() }

    private func start() throws -> WorkerProcess {
        let process = try WorkerProcess(
            arguments: ["--module", try Fixture.path("echo"), "--class", "Echo", "--fd", "3"]
                + ["--shutdown-grace", "30"],
            inherited: [listener.descriptor])
        _ = try process.waitUntilListening()
        return process
    }

    @Test func `No request is lost or refused while one worker follows another`() throws {
        let isOver = Monitor(false)
        let client = HTTPClient(.tcp(listener.port))
        var worker = try start()
        // Each keeps its connection as long as the worker does.
        let clients = (0..<4).map { _ in
            Background { () -> [Int] in
                var statuses: [Int] = []
                var connection: HTTPConnection?
                while !isOver.withLock({ $0 }) {
                    let current = try connection ?? client.connect()
                    let response: HTTPResponse
                    do {
                        try current.send("POST", "/execute", body: "{\"args\":[1]}")
                        response = try current.readResponse()
                    } catch {
                        // A kept connection may have been closed as idle: clients ask again then.
                        guard connection != nil else { throw error }
                        connection = nil
                        continue
                    }
                    statuses.append(response.status)
                    connection = response.headers["Connection"] == "close" ? nil : current
                }
                return statuses
            }
        }
        for _ in 0..<5 {
            let next = try start()
            worker.signal(SIGTERM)
            #expect(try worker.waitForExit() == .exited(0))
            worker = next
        }
        isOver.withLock { $0 = true }
        for client in clients {
            let statuses = try client.value()
            #expect(!statuses.isEmpty && statuses.allSatisfy { $0 == 200 })
        }
    }
}
