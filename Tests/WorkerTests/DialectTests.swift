import Glibc
import TestSupport
import Testing

/// A Python class under a later host: by a library that has just what its dialect calls.
@Suite(.blocking) struct DialectTests {
    private static let tests = "\(Repository.root)/Python/tests"

    private func start(_ options: [String] = [], class name: String = "Probe") throws -> LiveWorker
    {
        let process = try WorkerProcess(
            arguments: [
                "-m", "cjm_substrate.core.worker", "--module", "\(Self.tests)/plugins/probe.py",
                "--class", name, "--port", "0", "--shutdown-grace", "40",
            ] + options,
            environment: [
                "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": "\(Self.tests)/library",
            ])
        return LiveWorker(process, port: try process.waitUntilListening())
    }

    @Test func `The dialect adds to health and stats what its hosts look for`() throws {
        let worker = try start()
        let health = try worker.client.get("/health").text
        #expect(health.contains(",\"version\":\"3.2.1\",\"substrate_version\":\"9.9\","))
        #expect(health.contains(",\"python_executable\":\"/"))
        #expect(try worker.client.get("/stats").text.hasSuffix(",\"usage\":null}"))
        #expect(try worker.client.execute("{\"do\":\"usage\",\"tokens\":3}").text == "null")
        let stats = try worker.client.get("/stats").text
        #expect(stats.hasSuffix(",\"usage\":{\"tokens\":3}}"))
    }

    @Test func `Keys of the body beside args and kwargs reach the dialect`() throws {
        let worker = try start()
        let body = " {\"envelope\":{\"job_id\":\"j\"},\"kwargs\":{\"do\":\"identity\"}}"
        #expect(try worker.client.post("/execute", body).text == "\"j\"")
        let stream = body.replacing("kwargs", with: "args\":[2],\"kwargs")
        #expect(try worker.client.post("/execute_stream", stream).text == "\"j\"\n\"j\"\n")
    }

    @Test func `What cannot be read of a body is told in words that hosts take for an error`()
        throws
    {
        let worker = try start()
        let call = "{\"args\":[1],\"kwargs\":{\"do\":\"echo\"}}"
        #expect(
            try worker.client.post("/execute", "\u{FEFF}" + call).text
                == #"{"args":[1],"kwargs":{}}"#)
        let body = "{\"envelope\":[1]}"
        #expect(try worker.client.post("/execute", body).status == 400)
        let stream = try worker.client.post("/execute_stream", body)
        #expect(stream.text.hasPrefix("{\"_job_error\":"))
        for wrong in ["null", "[]", "{"] {
            let refused = try worker.client.post("/reconfigure", wrong)
            #expect(refused.status == 500 && refused.text.hasPrefix("{\"detail\":\""))
        }
    }

    @Test func `A cancel that a plugin has learnt since it was made is found`() throws {
        let worker = try start(class: "Late")
        #expect(try worker.client.post("/cancel").text == #"{"status":"not_supported"}"#)
        #expect(try worker.client.post("/initialize", "{}").status == 200)
        let call = Background { try worker.client.post("/execute", #"{"args":["a"]}"#) }
        try worker.process.standardError.line(containing: "waiting a")
        #expect(try worker.client.post("/cancel").text == #"{"status":"cancelled"}"#)
        #expect(try call.value().text == "\"stopped\"")
    }

    @Test func `A stream ends whose client goes away, though its plugin has no cancel`() throws {
        let worker = try start(class: "Late")
        let connection = try worker.client.connect()
        try connection.send("POST", "/execute_stream", body: "{}")
        try worker.process.standardError.line(containing: "opened")
        connection.close()
        try worker.process.standardError.line(containing: "closed")
        try worker.answer("/health", contains: "\"calls_running\":0,")
    }

    @Test func `The last line of a stream has what JSON lacks as Python spells it`() throws {
        let worker = try start()
        let body = "{\"args\":[\"odd\"],\"kwargs\":{\"do\":\"raise\"}}"
        let line = try #require(try worker.client.post("/execute_stream", body).lines.last)
        #expect(line.contains("\"fields_invalid\":[NaN,Infinity]"))
        #expect(line.contains("\"message\":\"wrong \\ud800\""))
        let answer = try worker.client.post("/execute", body)
        #expect(answer.status == 500 && answer.text.contains("\"fields_invalid\":[null,null]"))
    }

    /// Both sleep where no flag is looked at, one of them on the main thread.
    ///
    /// Of the grace, cleanup has from 75 to 90 %.
    @Test(arguments: [1, 2])
    func `Cleanup runs at the end also where calls do not end, and within the grace`(calls: Int)
        throws
    {
        let worker = try start(["--shutdown-grace", "20"], class: "Tidy")
        var connections: [HTTPConnection] = []
        for number in 1...calls {
            let connection = try worker.client.connect()
            try connection.send(
                "POST", "/execute", body: "{\"args\":[60\(number)],\"kwargs\":{\"do\":\"sleep\"}}")
            try worker.process.standardError.line(containing: "asleep for 60\(number)")
            connections.append(connection)
        }
        worker.process.signal(SIGTERM)
        try worker.process.standardError.line(containing: "cleaned up")
        #expect(try worker.process.waitForExit() == .exited(calls == 1 ? 0 : 6))
        withExtendedLifetime(connections) {}
    }

    @Test func `The processes are shown in stats, the worker first and its Python among them`()
        throws
    {
        let worker = try start()
        let stats = try worker.client.get("/stats").text
        let pid = worker.process.pid
        #expect(stats.contains("\"subtree_pids\":[\(pid),"))
        let plain = try PythonWorker.start()
        #expect(try !plain.client.get("/stats").text.contains("subtree_pids"))
    }

    @Test func `A call is answered with the status, the headers and the body of the dialect`()
        throws
    {
        let worker = try start()
        let failed = try worker.client.post(
            "/execute", "{\"args\":[\"ValueError\",\"no\"],\"kwargs\":{\"do\":\"raise\"}}")
        #expect(failed.status == 500)
        #expect(failed.text.hasPrefix("{\"_job_error\":{\"category\":\"user_input\","))
        let told = try worker.client.post(
            "/execute", "{\"args\":[\"saved\"],\"kwargs\":{\"do\":\"account\"}}")
        #expect(told.status == 200)
        #expect(told.text == "1")
        let accounts = try #require(told.headers["X-CJM-Accounts"])
        #expect(accounts.hasPrefix("[{\"event_type\": \"saved\","))
        let cancelled = try worker.client.post(
            "/execute", "{\"args\":[\"cancelled\"],\"kwargs\":{\"do\":\"raise\"}}")
        #expect(cancelled.status == 409)
        #expect(cancelled.text == "{\"detail\":\"Capability 'probe' cancelled by operator\"}")
    }

    @Test func `Headers that are too long for clients are left out, and the log tells of it`()
        throws
    {
        let worker = try start()
        let fits = String(repeating: "x", count: 50_000)
        let whole = try worker.client.post(
            "/execute", "{\"args\":[\"\(fits)\"],\"kwargs\":{\"do\":\"account\"}}")
        #expect(whole.headers["X-CJM-Accounts"]?.contains(fits) ?? false)
        let event = String(repeating: "x", count: 100_000)
        let told = try worker.client.post(
            "/execute", "{\"args\":[\"\(event)\"],\"kwargs\":{\"do\":\"account\"}}")
        #expect(told.status == 200)
        #expect(told.headers["X-CJM-Accounts"] == nil)
        try worker.process.standardError.line(containing: "are left out")
    }

    @Test func `A stream fails, and is cancelled, with a last line of the dialect's`() throws {
        let worker = try start()
        let failed = try worker.client.post(
            "/execute_stream", "{\"args\":[\"ValueError\",\"no\"],\"kwargs\":{\"do\":\"raise\"}}")
        #expect(failed.lines.count == 2)
        #expect(failed.lines.last?.hasPrefix("{\"_job_error\":") ?? false)
        #expect(failed.trailers["X-Stream-End"] == "error")
        // What the client has got before the stop comes: the process may be ahead of the worker.
        let stream = try worker.client.connect()
        try stream.send("POST", "/execute_stream", body: "{\"kwargs\":{\"do\":\"wait\"}}")
        #expect(try stream.readHead().status == 200)
        #expect(try stream.readChunk() == Array("\"first\"\n".utf8))
        try worker.process.standardError.line(containing: "waiting stream")
        #expect(try worker.client.post("/cancel").text == "{\"status\":\"cancelled\"}")
        var rest: [UInt8] = []
        while let chunk = try stream.readChunk() { rest += chunk }
        let lines = String(decoding: rest, as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 1)
        #expect(lines.first?.hasPrefix("{\"_job_error\":") ?? false)
        #expect(try stream.readFields()["X-Stream-End"] == "cancelled")
    }

    @Test func `Several calls run at once, and a cancelled one leaves the others alone`() throws {
        let worker = try start()
        let first = Background {
            try worker.client.execute("{\"do\":\"wait\",\"name\":\"first\"}")
        }
        try worker.process.standardError.line(containing: "waiting first")
        let second = try worker.begin("second", "{\"do\":\"wait\",\"name\":\"second\"}")
        try worker.process.standardError.line(containing: "waiting second")
        #expect(try worker.client.post("/cancel/second").status == 200)
        #expect(try second.readResponse().status == 409)
        #expect(try worker.client.execute("{\"do\":\"open\",\"name\":\"first\"}").status == 200)
        #expect(try first.value().text == "\"opened\"")
    }

    @Test func `POST /cancel has the class cancel everything by its own method, once`() throws {
        let worker = try start(class: "Own")
        let calls = ["first", "second"].map { name in
            Background { try worker.client.execute("{\"do\":\"wait\",\"name\":\"\(name)\"}") }
        }
        for name in ["first", "second"] {
            try worker.process.standardError.line(containing: "waiting \(name)")
        }
        #expect(try worker.client.post("/cancel").text == "{\"status\":\"cancelled\"}")
        for call in calls { #expect(try call.value().status == 409) }
        worker.process.signal(SIGTERM)
        let log = try worker.process.standardError.textAtEnd()
        #expect(log.split(separator: "\n").count { $0 == "cancelled all" } == 1)
    }
}
