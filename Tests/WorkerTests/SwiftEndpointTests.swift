import TestSupport
import Testing

/// Endpoints, hooks and own answers of a plugin in Swift, through the binary; the classes are those of
/// Tests/SwiftPlugins.
@Suite(.blocking) struct SwiftEndpointTests {
    private func start(_ className: String, _ options: [String] = []) throws -> LiveWorker {
        let process = try launch(className, options)
        return LiveWorker(process, port: try process.waitUntilListening())
    }

    private func launch(_ className: String, _ options: [String] = []) throws -> WorkerProcess {
        try WorkerProcess(
            arguments: [
                "--module", try Fixture.swiftPlugins(), "--class", className, "--port", "0",
                "--shutdown-grace", "40",
            ] + options)
    }

    @Test func `A closure answers for its path with what it returns, of whichever type`() throws {
        let worker = try start("Shelf")
        let client = worker.client
        #expect(try client.get("/books").text == "[]")
        let posted = try client.request(
            "POST", "/books", body: #"{"title":"Emma"}"#, headers: [("traceparent", "00-1")])
        #expect(posted.status == 201 && posted.text == #"{"title":"Emma"}"#)
        #expect(posted.headers["X-Trace"] == "00-1")
        #expect(try client.post("/books", #"{"title":"Persuasion"}"#).headers["X-Trace"] == "none")
        #expect(try client.get("/books").text == #"["Emma","Persuasion"]"#)
        let wrong = try client.post("/books", #"{"title":7}"#)
        #expect(wrong.status == 400 && wrong.text.contains("body.title"), "\(wrong.text)")
        #expect(try client.post("/books", "{").status == 400)
        #expect(try client.post("/burn", "abc").text == "3")
        #expect(try client.get("/books").text == "[]")
        let shouted = try client.post("/shout", "some words")
        #expect(shouted.text == "SOME WORDS")
        #expect(shouted.headers["Content-Type"] == "text/plain; charset=utf-8")
        #expect(try client.request("PUT", "/books").headers["Allow"] == "GET, HEAD, POST")
    }

    @Test func `An execute answers in its own words, and sees body, headers and deadline`() throws {
        let worker = try start("Shelf")
        let own = try worker.client.request(
            "POST", "/execute", body: #"{"tenant":"t","args":[]}"#, headers: [("TraceParent", "x")])
        #expect(own.status == 202 && own.text == #"{"tenant":"t","trace":"x"}"#, "\(own.text)")
        let late = try worker.client.request(
            "POST", "/execute", body: #"{"args":["time"]}"#, headers: [("X-Timeout", "100")])
        #expect(late.text == "true")
        let bad = try worker.client.post("/execute", #"{"args":["bad"]}"#)
        #expect(bad.status == 500 && bad.text.contains("status 99"))
    }

    @Test func `What is beside calls sees the plugin as it was last configured`() throws {
        let worker = try start("Shelf")
        let client = worker.client
        #expect(try client.get("/label").text == #"{"label":"none"}"#)
        #expect(try client.post("/initialize", #"{"label":"a"}"#).status == 200)
        #expect(try client.get("/label").text == #"{"label":"a"}"#)
        #expect(try client.get("/health").text.contains(#","label":"a""#))
        #expect(try client.get("/config_options").text == #"{"label":["a","b"]}"#)
        #expect(try client.post("/initialize", #"{"limit":0}"#).status == 200)
        #expect(try client.get("/health/ready").text.contains("no room"))
    }

    @Test func `Hooks are methods of the plugin`() throws {
        let worker = try start("Shelf")
        let client = worker.client
        #expect(try client.post("/prefetch").text == #"{"status":"prefetched"}"#)
        #expect(try client.get("/books").text == #"["fetched"]"#)
        #expect(try client.post("/on_enable").text == #"{"status":"enabled"}"#)
        #expect(
            try client.post("/on_disable").text
                == #"{"status":"error","detail":"it is read from"}"#)
        let changed = #"{"old_config":{"limit":2},"new_config":{"label":"z"}}"#
        #expect(try client.post("/reconfigure", changed).text == #"{"status":"reconfigured"}"#)
        #expect(try client.get("/label").text == #"{"label":"z"}"#)
        #expect(try client.get("/config").text == #"{"label":"z","limit":3}"#)
        let refused = try client.post("/reconfigure", #"{"new_config":{"limit":1}}"#)
        #expect(refused.status == 500 && refused.text == #"{"detail":"it does not shrink"}"#)
        #expect(try client.get("/config").text == #"{"label":"z","limit":3}"#)
        let odd = try client.post("/reconfigure", #"{"new_config":{"what":1}}"#)
        #expect(odd.status == 400 && odd.text.contains("what"))
    }

    @Test func `A class is one object for its calls and for what runs beside them`() throws {
        let worker = try start("Library")
        #expect(try worker.client.post("/lend").text == "1")
        #expect(try worker.client.post("/lend").text == "2")
        #expect(try worker.client.get("/lent").text == "2")
        #expect(try worker.client.post("/execute").text == "2")
        #expect(try worker.client.post("/prefetch").status == 404)
    }

    @Test func `A handler may be a task, which a cancellation reaches`() throws {
        let worker = try start("Crowd")
        #expect(try worker.client.post("/sum", "[1,2,3]").text == "6")
        let wait = Background { try worker.client.get("/wait") }
        try worker.answer("/progress", contains: "waiting")
        #expect(try worker.client.post("/cancel").text == #"{"status":"cancelled"}"#)
        #expect(try wait.value().status == 409)
    }

    @Test func `A plugin without any has no further paths, and a wrong one is named`() throws {
        let worker = try start("Plain")
        #expect(try worker.client.get("/books").status == 404)
        #expect(try worker.client.post("/on_enable").status == 404)
        let wrong = try launch("Wrong")
        try wrong.expectEnd(.exited(1))
        try wrong.standardOutput.line(containing: "endpoint 0, GET no/slash: expected a path")
    }
}
