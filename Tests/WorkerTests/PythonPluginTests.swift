import Glibc
import TestSupport
import Testing

/// A Python class in a process of its own, run by the interpreter that is on PATH.
@Suite(.blocking) struct PythonPluginTests {
    @Test func `A class is configured, called and streamed as by the original`() throws {
        let worker = try PythonWorker.start()
        let client = worker.client
        #expect(try client.get("/health").text.contains("\"name\":\"PyEcho\",\"version\":\"2.0\""))
        #expect(try client.post("/initialize", "{\"a\":1}").text == "{\"status\":\"ok\"}")
        #expect(try client.get("/config").text == "{\"a\":1}")
        let body = "{\"args\":[1,\"zwei\"],\"kwargs\":{\"three\":3.5}}"
        #expect(try client.post("/execute", body).text == body)
        let stream = try client.stream("{\"n\":2}")
        #expect(stream.text == "{\"i\":0}\n{\"i\":1}\n")
    }

    @Test
    func `What the class raises is the detail of the answer, and its traceback is in the log`()
        throws
    {
        let worker = try PythonWorker.start()
        let refused = try worker.client.post("/initialize", "\"bad\"")
        #expect(refused.status == 400)
        #expect(refused.text == "{\"detail\":\"no such configuration\"}")
        let failed = try worker.client.execute("{\"mode\":\"fail\"}")
        #expect(failed.status == 500)
        #expect(failed.text == "{\"detail\":\"it failed\"}")
        try worker.process.standardError.line(containing: "RuntimeError: it failed")
    }

    @Test func `Numbers that JSON lacks are raw in streams, null in results, refused in requests`()
        throws
    {
        let worker = try PythonWorker.start()
        for (value, line) in [("nan", "NaN"), ("inf", "Infinity"), ("-inf", "-Infinity")] {
            let stream = try worker.client.stream("{\"n\":12,\"value\":\"\(value)\"}")
            #expect(stream.text == String(repeating: "{\"i\":\(line)}\n", count: 12))
            let refused = try worker.client.execute("{\"a\":\(line)}")
            #expect(refused.status == 400)
            #expect(refused.text.contains("the body is not valid JSON: byte 1"))
        }
        #expect(try worker.client.execute("{\"mode\":\"infinite\"}").text == "null")
    }

    @Test func `A loop without a cancel method is ended by force, and health answers meanwhile`()
        throws
    {
        let worker = try PythonWorker.start()
        let call = Background { try worker.client.execute("{\"mode\":\"burn\"}") }
        let deadline = Deadline()
        var progress = ""
        while !progress.contains("burning"), !deadline.hasPassed {
            progress = try worker.client.get("/progress").text
        }
        #expect(progress == "{\"progress\":0.5,\"message\":\"burning\"}")
        #expect(try worker.client.get("/health").text.contains("\"calls_running\":1"))
        #expect(try worker.client.post("/cancel").text == "{\"status\":\"cancelled\"}")
        #expect(try call.value().status == 409)
        #expect(try worker.client.execute("{}").status == 200)
    }

    @Test func `A cancel that the class has got after it was made is called as well`() throws {
        let process = try PythonWorker.launch("Gaining")
        let worker = LiveWorker(process, port: try process.waitUntilListening())
        #expect(try worker.client.post("/cancel").text == "{\"status\":\"not_supported\"}")
        #expect(try worker.client.post("/initialize", "{}").status == 200)
        #expect(try worker.client.post("/cancel").text == "{\"status\":\"cancelled\"}")
        try process.standardError.line(containing: "cancelled")
    }

    @Test func `At the end cleanup runs, and what the class started is gone`() throws {
        let worker = try PythonWorker.start()
        let child = try #require(Int32(try worker.client.execute("{\"mode\":\"child\"}").text))
        #expect(kill(child, 0) == 0)
        try worker.terminate(expecting: .exited(0))
        try worker.process.standardError.line(containing: "cleaned up")
        #expect(kill(child, 0) != 0)
    }

    @Test(arguments: [SIGKILL, SIGSEGV, SIGABRT])
    func `The worker dies of the signal that its plugin died of, and answers nothing`(
        _ signal: Int32
    ) throws {
        let worker = try PythonWorker.start()
        let connection = try worker.client.connect()
        try connection.send(
            "POST", "/execute", body: "{\"kwargs\":{\"mode\":\"die\",\"signal\":\(signal)}}")
        #expect(throws: (any Error).self) { try connection.readResponse() }
        try worker.process.expectEnd(.signalled(signal))
        try worker.process.standardError.line(containing: "was ended by signal \(signal)")
    }

    @Test func `A plugin that leaves by itself ends the worker with its own code for that`() throws
    {
        let worker = try PythonWorker.start()
        let connection = try worker.client.connect()
        try connection.send("POST", "/execute", body: "{\"kwargs\":{\"mode\":\"leave\"}}")
        try worker.process.expectEnd(.exited(9))
        try worker.process.standardError.line(containing: "ended with exit code 7")
    }

    @Test(arguments: [
        ("Broken", "it cannot be made"),
        ("Missing", "module 'python_plugin' has no attribute 'Missing'"),
    ])
    func `A class that cannot be made is a load failure in Python's own words`(
        _ className: String, _ reason: String
    ) throws {
        let process = try PythonWorker.launch(className)
        try process.expectEnd(.exited(1))
        let line = try process.standardOutput.line(containing: "FATAL: Failed to load")
        #expect(line == "FATAL: Failed to load \(PythonWorker.module):\(className) - \(reason)")
    }

    @Test func `A number of concurrent calls is refused for a library, which declares its own`()
        throws
    {
        let process = try WorkerProcess.launch("echo", "Echo", ["--concurrency", "2"])
        try process.expectEnd(.exited(2))
        try process.standardError.line(
            containing: "option '--concurrency' is for Python plugins")
        #expect(try process.standardOutput.textAtEnd().isEmpty)
    }

    @Test func `An interpreter that is named and cannot be run is a load failure that names it`()
        throws
    {
        let process = try PythonWorker.launch("Echo", ["--python", "/nonexistent/python"])
        try process.expectEnd(.exited(1))
        let line = try process.standardOutput.line(containing: "FATAL: Failed to load")
        #expect(
            line.hasSuffix(" - cannot run /nonexistent/python: No such file or directory"))
    }

    @Test func `A program that is not Python is a load failure that says how it ended`() throws {
        let process = try PythonWorker.launch("Echo", ["--python", "/bin/false"])
        try process.expectEnd(.exited(1))
        let line = try process.standardOutput.line(containing: "FATAL: Failed to load")
        #expect(
            line.hasSuffix(
                " - cannot run /bin/false: it ended with exit code 1, and has not run the worker's "
                    + "runner; is it Python 3.8 or later?"))
    }

    @Test func `Lanes that the plugin's process does not take are closed`() throws {
        let worker = try PythonWorker.start()
        #expect(worker.facts.descriptors < 40)
        let wide = try PythonWorker.start(["--concurrency", "256"])
        #expect(wide.facts.descriptors > 256)
        #expect(try wide.client.execute("{\"a\":1}").status == 200)
    }

    @Test func `A kill of the worker ends its plugin's process`() throws {
        let worker = try PythonWorker.start()
        let child = try #require(Int32(try worker.client.execute("{\"mode\":\"number\"}").text))
        worker.process.signal(SIGKILL)
        try worker.process.expectEnd(.signalled(SIGKILL))
        let deadline = Deadline()
        while kill(child, 0) == 0, !deadline.hasPassed { poll(nil, 0, 5) }
        #expect(kill(child, 0) != 0)
    }
}
