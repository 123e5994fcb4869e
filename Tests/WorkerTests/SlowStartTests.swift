import Glibc
import TestSupport
import Testing

/// A Python plugin that takes long to import: what clients hear meanwhile, on a socket that listens.
@Suite(.blocking) struct SlowStartTests {
    private static let module = """
        import os, pathlib

        with open(os.environ["GATE"] + ".announce", "w") as announce:
            print("here", file=announce)
        with open(os.environ["GATE"] + ".gate", "rb", buffering=0) as gate:
            gate.read(1)
        if os.environ.get("PROBLEM"):
            exec(os.environ["PROBLEM"])

        class Slow:
            name, version, config = "slow", "2", None
            def execute(self, *args): return list(args)
            def execute_stream(self, n): yield from range(n)
            def initialize(self, config=None): self.config = config
            def get_current_config(self): return {"taken": self.config}
            def get_config_schema(self): return {"type": "object"}
        """

    /// A worker whose plugin is imported, up to a gate, and the socket that it serves.
    private struct Start {
        let process: WorkerProcess
        let gate: Gate
        let port: UInt16
        var client: HTTPClient { HTTPClient(.tcp(port)) }
        var worker: LiveWorker { LiveWorker(process, port: port) }
    }

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func start(_ options: [String] = [], problem: String = "") throws -> Start {
        let listener = try Listener()
        let gate = try Gate(in: folder, "slow")
        let process = try WorkerProcess(
            arguments: [
                "-m", "cjm_substrate.core.worker", "--class", "Slow", "--fd", "3",
                "--module", try folder.write(Self.module, to: "slow.py"),
            ] + options,
            environment: [
                "GATE": folder.file("slow"), "PROBLEM": problem, "PYTHONDONTWRITEBYTECODE": "1",
                "PYTHONPATH": "\(Repository.root)/Python/tests/library",
            ], inherited: [listener.descriptor])
        // The socket is the worker's alone from now on.
        listener.descriptor.close()
        return Start(process: process, gate: gate, port: listener.port)
    }

    @Test(arguments: [("lifecycle", "Lifecycle", "CREATE"), ("constructor", "Constructor", "LOAD")])
    func `A library is answered for, too, also while the dynamic loader is at work`(
        fixture: String, className: String, function: String
    ) throws {
        let listener = try Listener()
        let gate = try Gate(in: folder)
        let process = try WorkerProcess(
            arguments: [
                "--module", try Fixture.path(fixture), "--class", className, "--fd", "3",
            ], environment: gate.environment(function), inherited: [listener.descriptor])
        listener.descriptor.close()
        let client = HTTPClient(.tcp(listener.port))
        #expect(try client.get("/health").text.contains("\"state\":\"loading\""))
        try gate.arrival()
        let call = Background { try client.post("/execute", "{\"args\":[1]}") }
        #expect(try client.get("/health/ready").status == 503)
        let early = try client.get("/openapi.json")
        #expect(early.text.contains(#""schemas":{"Configuration":{"$id":"/config_schema"},"#))
        try gate.release()
        #expect(try call.value().status == 200)
        #expect(try client.get("/health").text.contains("\"state\":\"ready\""))
        withExtendedLifetime(process) {}
    }

    @Test func `Health tells what is known before the plugin is imported, and who asks it waits`()
        throws
    {
        let start = try start()
        let client = start.client
        // Asked before anything is there that could answer.
        let health = try client.get("/health")
        #expect(health.status == 200)
        #expect(health.text.contains(",\"pid\":\(start.process.pid),"))
        #expect(
            health.text.contains(
                ",\"name\":\"unknown\",\"version\":\"unknown\",\"substrate_version\":\"9.9\","))
        #expect(health.text.contains(",\"python_executable\":\"/"))
        #expect(health.text.contains(",\"state\":\"loading\","))
        try start.gate.arrival()
        let ready = try client.get("/health/ready")
        #expect(ready.status == 503)
        #expect(ready.text.contains("loading: the plugin is being made"))
        #expect(try client.get("/health/live").status == 200)
        let stats = try client.get("/stats").text
        #expect(stats.contains(",\"subtree_pids\":[\(start.process.pid),"))
        #expect(stats.hasSuffix(",\"usage\":null}"))
        #expect(try client.get("/progress").text == "{\"progress\":0.0,\"message\":\"\"}")
        #expect(try client.get("/calls").status == 200)
        #expect(try client.post("/cancel").text == "{\"status\":\"cancelled\"}")
        #expect(try client.post("/health").status == 405)

        let asked = [
            ("GET", "/config_schema", "", "{\"type\":\"object\"}"),
            ("GET", "/config", "", "{\"taken\":"),
            ("POST", "/initialize", "{\"a\":1}", "{\"status\":\"ok\"}"),
            ("POST", "/execute", "{\"args\":[7]}", "[7]"),
            ("POST", "/execute_stream", "{\"args\":[2]}", "0\n1\n"),
            ("POST", "/prefetch", "", "{\"status\":\"not_supported\"}"),
            ("GET", "/nowhere", "", "{\"detail\":\"Not Found\"}"),
        ]
        let connections = try asked.map { method, path, body, _ in
            let connection = try client.connect()
            try connection.send(method, path, body: body)
            return connection
        }
        // All of them have come before this answer.
        #expect(try client.get("/health").text.contains("\"state\":\"loading\""))
        #expect(connections.allSatisfy { $0.staysSilent(milliseconds: 20) })
        try start.gate.release()
        for ((_, path, _, answer), connection) in zip(asked, connections) {
            let text = try connection.readResponse().text
            #expect(text.hasPrefix(answer), "\(path): \(text)")
        }
        #expect(try client.get("/health").text.contains(",\"name\":\"slow\",\"version\":\"2\","))
        #expect(try client.get("/health/ready").status == 200)
        #expect(try client.get("/config").text == "{\"taken\":{\"a\":1}}")
        try start.worker.terminate(expecting: .exited(0))
    }

    @Test func `A client that waits is told so again and again, but not by HTTP 1.0`() throws {
        let start = try start()
        #expect(try start.client.get("/health").text.contains("\"state\":\"loading\""))
        let interim = "HTTP/1.1 100 Continue\r\n\r\n"
        let connections = try ["1.1", "1.0"].map { version in
            let socket = try Endpoint.tcp(start.port).connect()
            let head =
                "POST /initialize HTTP/\(version)\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n"
            try socket.write(Array("\(head){}".utf8), until: Deadline())
            return socket
        }
        for _ in 0..<2 {
            try connections[0].wait(for: POLLIN, "an interim answer", until: Deadline())
            let text = try String(decoding: connections[0].read(interim.utf8.count), as: UTF8.self)
            #expect(text == interim)
        }
        try start.gate.release()
        for (socket, version) in zip(connections, ["1.1", "1.0"]) {
            let answer = try HTTPConnection(socket).readResponse()
            #expect(answer.status == 200)
            if version == "1.0" { #expect(answer.informational.isEmpty) }
        }
    }

    @Test func `As many requests wait as calls may, and a client that leaves makes room`() throws {
        let start = try start(["--max-queue", "1"])
        let client = start.client
        #expect(try client.get("/health").text.contains("\"state\":\"loading\""))
        let first = try client.connect()
        try first.send("POST", "/execute", body: "{\"args\":[1]}")
        let second = try client.connect()
        try second.send("POST", "/execute", body: "{\"args\":[2]}")
        #expect(try client.get("/health").status == 200)
        let refused = try client.post("/execute", "{\"args\":[3]}")
        #expect(refused.status == 503)
        #expect(refused.text.contains("--max-queue"))
        second.close()
        // The room that it leaves is there a moment later.
        let deadline = Deadline()
        while true {
            let next = try client.connect()
            try next.send("POST", "/execute", body: "{\"args\":[3]}")
            if next.staysSilent(milliseconds: 100) { break }
            try #require(!deadline.hasPassed)
        }
        try start.gate.release()
        #expect(try first.readResponse().text == "[1]")
        try start.worker.terminate(expecting: .exited(0))
    }

    @Test func `A load that fails late ends with the line and the code of one that fails early`()
        throws
    {
        let start = try start(problem: "raise RuntimeError('no model')")
        #expect(try start.client.get("/health").text.contains("\"state\":\"loading\""))
        let waiting = try start.client.connect()
        try waiting.send("POST", "/initialize", body: "{}")
        try start.gate.release()
        try start.process.expectEnd(.exited(1))
        let output = try start.process.standardOutput.textAtEnd()
        #expect(output.hasSuffix(":Slow - no model\n"))
        #expect(output.contains("FATAL: Failed to load "))
    }

    @Test func `A process that dies late while it loads has the worker die likewise`() throws {
        let start = try start(problem: "os.kill(os.getpid(), 9)")
        #expect(try start.client.get("/health").text.contains("\"state\":\"loading\""))
        try start.gate.release()
        try start.process.expectEnd(.signalled(SIGKILL))
        #expect(try start.process.standardOutput.textAtEnd().contains("FATAL: Failed to load "))
    }

    @Test(arguments: [true, false])
    func `SIGTERM ends a load cleanly and at once, and is no failure of it`(isEarly: Bool) throws {
        let start = try start(["--shutdown-grace", "3600"])
        try start.gate.arrival()
        if !isEarly {
            #expect(try start.client.get("/health").text.contains("\"state\":\"loading\""))
            try start.client.connect().send("POST", "/execute", body: "{}")
        }
        try start.worker.terminate(expecting: .exited(0))
        #expect(try start.process.standardOutput.textAtEnd().isEmpty)
    }
}
