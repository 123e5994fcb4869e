import Glibc
import TestSupport
import Testing

/// Plugin code that leaves in ways that it should not: the thread, the process, or as two.
@Suite(.blocking) struct LeavingTests {
    private static let fixtures = ["leaving", "leaving_bare"]
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func start(
        _ className: String, _ kind: String = "", fixture: String = "leaving"
    ) throws -> LiveWorker {
        try WorkerProcess.start(
            fixture, className,
            environment: ["FIXTURE_LEAVE": kind, "FIXTURE_TRACE": folder.file("trace")])
    }

    private func trace() -> [String] {
        folder.text("trace").split(separator: "\n").map(String.init)
    }

    // MARK: The thread

    private static let endings = fixtures.flatMap { fixture in
        ["pthread_exit", "cancel"].map { (fixture, $0) }
    }

    @Test(arguments: endings)
    func `An execute whose thread ends is a 500, and its place is not lost`(
        fixture: String, kind: String
    ) throws {
        let worker = try start("InExecute", fixture: fixture)
        for round in 1...5 {
            let response = try worker.client.execute("{\"kind\":\"\(kind)\"}")
            #expect(response.status == 500)
            #expect(response.text.contains("the thread of the plugin's execute ended itself"))
            try worker.process.standardError.line(
                containing: "error call \(round): the thread of the plugin's execute ended itself")
        }
        let gate = try Gate(in: folder)
        let calls = try (0..<2).map { try worker.begin("beside-\($0)", "{\(gate.kwargs)}") }
        for _ in calls { try gate.arrival() }
        try gate.release(2)
        for call in calls { #expect(try call.readResponse().status == 200) }
        try worker.terminate(expecting: .exited(0))
        #expect(trace() == ["cleanup", "destroy"])
    }

    @Test(arguments: endings)
    func `A stream whose thread ends ends in an error line`(fixture: String, kind: String) throws {
        let worker = try start("InExecute", fixture: fixture)
        let response = try worker.client.stream("{\"kind\":\"\(kind)\"}")
        #expect(response.lines.first == "1")
        #expect(response.lines.last?.contains("execute_stream ended itself") == true)
        #expect(response.trailers["X-Stream-End"] == "error")
        try worker.terminate(expecting: .exited(0))
    }

    @Test func `A call that was finished before its thread ended has its result`() throws {
        let worker = try start("InExecute")
        let kwargs = "{\"kind\":\"pthread_exit\",\"mode\":\"finish_first\"}"
        for _ in 0..<3 { #expect(try worker.client.execute(kwargs).text == "\"finished\"") }
        #expect(try worker.client.execute("{}").status == 200)
        try worker.terminate(expecting: .exited(0))
    }

    @Test(arguments: fixtures)
    func `An initialize whose thread ends is a 500`(fixture: String) throws {
        let worker = try start("InInitialize", fixture: fixture)
        let response = try worker.client.post("/initialize", "{\"kind\":\"pthread_exit\"}")
        #expect(response.status == 500)
        #expect(try worker.client.post("/initialize").status == 200)
        #expect(try worker.client.execute("{}").status == 200)
        try worker.terminate(expecting: .exited(0))
    }

    @Test(arguments: [("InSchema", "/config_schema"), ("InConfig", "/config")])
    func `A snapshot whose thread ends is a 500 until it is asked for again`(
        className: String, path: String
    ) throws {
        let worker = try start(className, "pthread_exit")
        #expect(try worker.client.get(path).status == 200)
        #expect(try worker.client.post("/initialize").status == 500)
        #expect(try worker.client.get(path).status == 500)
        #expect(try worker.client.execute("{}").status == 200)
        try worker.terminate(expecting: .exited(0))
    }

    @Test(arguments: fixtures)
    func `A cancel whose thread ends is told, and the next one is asked by another thread`(
        fixture: String
    ) throws {
        let worker = try start("InCancel", "pthread_exit", fixture: fixture)
        for _ in 0..<3 {
            let response = try worker.client.post("/cancel")
            #expect(response.text.contains("the thread of the plugin's cancel ended itself"))
        }
        try worker.terminate(expecting: .exited(0))
        let lines = try worker.process.standardError.textAtEnd().split(separator: "\n")
        #expect(lines.count { $0.contains("error the thread of the plugin's cancel ended") } == 3)
    }

    @Test(arguments: [
        ("InCleanup", ["cleanup", "destroy"]), ("InDestroy", ["cleanup", "destroy"]),
    ])
    func `A cleanup or a destroy whose thread ends holds up no end`(
        className: String, called: [String]
    ) throws {
        let worker = try start(className, "pthread_exit")
        try worker.terminate(expecting: .exited(0))
        #expect(trace() == called)
        let text = try worker.process.standardError.textAtEnd()
        #expect(text.contains("ended itself (pthread_exit, or cancelled)"))
    }

    @Test(arguments: ["InEntry", "InCreate"])
    func `An entry or a create whose thread ends has not loaded the plugin`(
        className: String
    ) throws {
        let process = try WorkerProcess.launch(
            "leaving", className, environment: ["FIXTURE_LEAVE": "pthread_exit"])
        try process.expectEnd(.exited(1))
        let text = try process.standardOutput.textAtEnd()
        #expect(text.hasPrefix("FATAL: Failed to load ") && text.contains("ended itself"))
    }

    @Test func `A constructor whose thread ends has not loaded the plugin`() throws {
        let process = try WorkerProcess.launch(
            "leaving", "X", environment: ["FIXTURE_LEAVE_LOAD": "pthread_exit"])
        try process.expectEnd(.exited(1))
        #expect(try process.standardOutput.textAtEnd().hasPrefix("FATAL: Failed to load "))
    }

    @Test func `Calls are refused where no thread takes the place of the last one`() throws {
        let full = folder.file("full")
        let worker = try WorkerProcess.start(
            "leaving", "InExecute",
            environment: [
                "LD_PRELOAD": try Fixture.path("few_threads"), "FIXTURE_NO_THREADS": full,
            ])
        try Descriptor(unsafe open(full, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600), from: "open")
            .close()
        #expect(try worker.client.execute("{\"kind\":\"pthread_exit\"}").status == 500)
        #expect(try worker.client.execute("{}").status == 503)
        _ = unsafe unlink(full)
        #expect(try worker.client.execute("{}").status == 200)
        try worker.terminate(expecting: .exited(0))
    }

    // MARK: The process

    @Test(arguments: [
        ("exit", "exit(7) in execute, call fatal"),
        ("quick_exit", "quick_exit in execute, call fatal"),
        ("exit_elsewhere", "exit(7) on thread '"),
    ])
    func `An exit is told, calls are answered, and the worker ends with 9`(
        kind: String, told: String
    ) throws {
        let worker = try start("InExecute")
        let gate = try Gate(in: folder)
        let other = try worker.begin("other", "{\(gate.kwargs)}")
        try gate.arrival()
        let fatal = try worker.client.connect()
        try fatal.send(
            "POST", "/execute", body: "{\"kwargs\":{\"kind\":\"\(kind)\"}}",
            headers: [("X-Request-Id", "fatal")])
        for connection in [fatal, other] {
            let response = try connection.readResponse()
            #expect(response.status == 500)
            #expect(response.text == "{\"detail\":\"The plugin ended the process\"}")
        }
        try worker.process.expectEnd(.exited(9))
        let text = try worker.process.standardError.textAtEnd()
        #expect(text.contains(" error the plugin ended the process: \(told)"))
        #expect(text.contains("ended with exit code 9"))
        #expect(trace().isEmpty, "neither cleanup nor destroy is called")
    }

    @Test func `An exit in initialize answers its client`() throws {
        let worker = try start("InInitialize")
        let response = try worker.client.post("/initialize", "{\"kind\":\"exit\"}")
        #expect(response.status == 500)
        try worker.process.expectEnd(.exited(9))
        #expect(
            try worker.process.standardError.textAtEnd().contains(
                "the plugin ended the process: exit(7) in initialize"))
    }

    @Test(arguments: ["InCleanup", "InDestroy", "InCancel"])
    func `An exit in the worker's own end is told by the code`(className: String) throws {
        let worker = try start(className, "exit")
        if className == "InCancel" {
            _ = try? worker.client.post("/cancel")
        } else {
            worker.process.signal(SIGTERM)
        }
        try worker.process.expectEnd(.exited(9))
        #expect(
            try worker.process.standardError.textAtEnd().contains("the plugin ended the process"))
    }

    @Test(arguments: [("InEntry", ""), ("InCreate", ""), ("X", "exit")])
    func `An exit while the plugin is loaded is a failure to load`(
        className: String, inConstructor: String
    ) throws {
        var environment = ["FIXTURE_LEAVE": "exit"]
        if !inConstructor.isEmpty { environment["FIXTURE_LEAVE_LOAD"] = inConstructor }
        let process = try WorkerProcess.launch("leaving", className, environment: environment)
        try process.expectEnd(.exited(1))
        let text = try process.standardOutput.textAtEnd()
        #expect(text.hasPrefix("FATAL: Failed to load "))
        #expect(text.contains("the plugin ended the process: exit(7)"))
    }

    @Test func `An exit of the worker's own is none of the plugin's`() throws {
        for (option, code) in [("--help", Int32(0)), ("--nonsense", 2)] {
            #expect(try WorkerProcess(arguments: [option]).waitForExit() == .exited(code))
        }
    }

    // MARK: Two processes

    @Test(arguments: ["fork", "fork_emit", "fork_log", "fork_finish", "fork_asks"])
    func `A copy that comes back into the worker ends at once, and touches nothing`(
        kind: String
    ) throws {
        let worker = try start("InExecute")
        let response = try worker.client.execute("{\"kind\":\"\(kind)\"}")
        #expect(response.text == "\"still here\"")
        let stream = try worker.client.stream("{\"kind\":\"\(kind)\"}")
        #expect(stream.lines == ["1"])
        #expect(trace() == ["copy ended with 1", "copy ended with 1"])
        #expect(try worker.client.get("/health").status == 200)
        try worker.terminate(expecting: .exited(0))
        #expect(!(try worker.process.standardError.textAtEnd().contains("a copy")))
    }

    @Test func `A copy that exits does so, and the worker lives on`() throws {
        let worker = try start("InExecute")
        #expect(try worker.client.execute("{\"kind\":\"fork_exit\"}").status == 200)
        #expect(trace() == ["copy ended with 5"])
        try worker.terminate(expecting: .exited(0))
    }

    @Test(arguments: ["InInitialize", "InSchema", "InCancel", "InCleanup", "InDestroy", "InCreate"])
    func `A copy comes back from no other function either`(className: String) throws {
        let worker = try start(className, "fork")
        #expect(try worker.client.post("/initialize", "{\"kind\":\"fork\"}").status == 200)
        #expect(try worker.client.post("/cancel").status == 200)
        try worker.terminate(expecting: .exited(0))
        #expect(trace().contains("copy ended with 1"))
    }

    @Test func `A copy made by a constructor does not load the plugin beside the worker`() throws {
        let worker = try WorkerProcess.start(
            "leaving", "InExecute",
            environment: [
                "FIXTURE_LEAVE_LOAD": "fork", "FIXTURE_TRACE": folder.file("trace"),
            ])
        #expect(trace() == ["copy ended with 1"])
        #expect(try worker.client.execute("{}").status == 200)
        try worker.terminate(expecting: .exited(0))
    }
}
