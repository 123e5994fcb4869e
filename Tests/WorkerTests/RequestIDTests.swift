import TestSupport
import Testing

/// X-Request-Id: the name of a call.
@Suite(.blocking) struct RequestIDTests {
    /// All visible ASCII characters.
    private static let visible = String((0x21...0x7E).map { Character(Unicode.Scalar($0)) })

    private func post(
        _ connection: HTTPConnection, _ path: String, _ id: String, body: String = "{}"
    ) throws -> HTTPResponse {
        try connection.send("POST", path, body: body, headers: [("X-Request-Id", id)])
        return try connection.readResponse()
    }

    @Test(arguments: ["a", "0", "a-b_c.d/e:f", String(repeating: "x", count: 128)])
    func `The name of a call is taken from X-Request-Id, given to the plugin, and returned`(
        id: String
    ) throws {
        let worker = try WorkerProcess.start("calls", "Calls")
        let connection = try worker.client.connect()
        let body = "{\"kwargs\":{\"mode\":\"request_id\"}}"
        let response = try post(connection, "/execute", id, body: body)
        #expect(response.text == "\"\(id)\"")
        #expect(response.headers.all("X-Request-Id") == [id])
    }

    @Test(arguments: [visible, "x"])
    func `The name of a call is returned by every POST, also with an error`(id: String) throws {
        let worker = try WorkerProcess.start("calls", "Calls")
        let connection = try worker.client.connect()
        let failing = "{\"kwargs\":{\"mode\":\"no_finish\"}}"
        for (path, body, status) in [
            ("/execute", "{}", 200), ("/execute", "{", 400), ("/execute", failing, 500),
            ("/execute_stream", failing, 200), ("/initialize", "1", 200), ("/cleanup", "", 200),
            ("/cancel", "", 200), ("/cancel/nobody", "", 404), ("/nowhere", "", 404),
        ] {
            let response = try post(connection, path, id, body: body)
            #expect(response.status == status, "\(path) \(body)")
            #expect(response.headers.all("X-Request-Id") == [id], "\(path) \(body)")
        }
    }

    @Test(arguments: [
        "", "a b", "a\tb", "\u{e9}", String(repeating: "x", count: 129),
    ])
    func `A name that is empty, longer than 128 bytes or not visible ASCII is refused with 400`(
        id: String
    ) throws {
        let folder = try TemporaryFolder()
        let worker = try WorkerProcess.start(
            "lifecycle", "Lifecycle", environment: ["FIXTURE_TRACE": folder.file("trace")])
        let connection = try worker.client.connect()
        for path in LiveWorker.postPaths {
            let response = try post(connection, path, id)
            #expect(response.status == 400, "\(path)")
            #expect(response.isDetail && response.text.contains("X-Request-Id"))
        }
        let trace = folder.text("trace").split(separator: "\n")
        #expect(!trace.contains { ["initialize", "execute", "cleanup"].contains($0) })
        #expect(try post(connection, "/execute", "fine").status == 200)
        // Only POST makes calls that have a name.
        for (path, status) in [("/health", 200), ("/progress/fine", 404)] {
            for body in [nil, "{}"] {
                try connection.send("GET", path, body: body, headers: [("X-Request-Id", id)])
                #expect(try connection.readResponse().status == status, "\(path)")
            }
        }
    }

    @Test func `A call without a name is given one, a different one each time`() throws {
        let worker = try WorkerProcess.start("calls", "Calls")
        let body = "{\"kwargs\":{\"mode\":\"request_id\"}}"
        var names: Set<String> = []
        for _ in 0..<20 {
            let response = try worker.client.post("/execute", body)
            let name = try #require(response.headers["X-Request-Id"])
            #expect(response.text == "\"\(name)\"")
            #expect((1...128).contains(name.utf8.count))
            names.insert(name)
            names.insert(try #require(try worker.client.stream("{}").headers["X-Request-Id"]))
        }
        #expect(names.count == 40)
    }

    @Test func `The name of a call may be spelt with escapes in a path`() throws {
        let worker = try WorkerProcess.start("cancellation", "Polls")
        let call = try worker.begin("a/b%c?d#e", "{\"percent\":25}")
        let path = "a%2Fb%25c%3fd%23e"
        try worker.answer("/progress/\(path)", contains: "\"progress\":0.25")
        #expect(try worker.client.post("/cancel/\(path)").status == 200)
        #expect(try call.readResponse().status == 409)
    }
}
