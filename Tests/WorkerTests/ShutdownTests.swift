import Glibc
import TestSupport
import Testing

/// SIGTERM: bounded and clean; how soon is measured by `make lifetime`.
@Suite(.blocking) struct ShutdownTests {
    @Test(arguments: [SIGTERM, SIGINT])
    func `A signal ends an idle worker with 0`(signal: Int32) throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let idle = try worker.client.connect()
        worker.process.signal(signal)
        try worker.process.expectEnd(.exited(0))
        #expect(try idle.isClosedByServer())
        #expect(throws: TestFailure.self) { try worker.client.get("/health") }
    }

    @Test func `SIGHUP and SIGPIPE do not end the worker`() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        worker.process.signal(SIGPIPE)
        worker.process.signal(SIGHUP)
        try worker.process.standardError.line(containing: "SIGHUP")
        #expect(try worker.client.execute("{}").status == 200)
        try worker.terminate(expecting: .exited(0))
    }

    @Test func `A signal ends the worker during create and inside of dlopen, too`() throws {
        for (fixture, className, function) in [
            ("lifecycle", "Lifecycle", "CREATE"), ("constructor", "Constructor", "LOAD"),
        ] {
            let gate = try Gate(in: TemporaryFolder())
            let process = try WorkerProcess.launch(
                fixture, className, environment: gate.environment(function))
            try gate.arrival()
            process.signal(SIGTERM)
            try process.expectEnd(.exited(0))
        }
    }

    @Test func `Children of the plugin end with the worker`() throws {
        let worker = try WorkerProcess.start("calls", "Calls")
        let text = try worker.client.execute("{\"mode\":\"child\"}").text
        let child = ProcessFacts(try #require(Int32(text)))
        #expect(child.isAlive)
        try worker.terminate(expecting: .exited(0))
        #expect(!child.isAlive)
        if child.isAlive { _ = kill(child.pid, SIGKILL) }
    }

    @Test(arguments: ["Polls", "Deaf"], [SIGTERM, SIGINT])
    func `A second signal ends the worker at once, with 6`(className: String, second: Int32) throws
    {
        // Without the second signal, the drain alone would take six minutes.
        let worker = try WorkerProcess.start(
            "cancellation", className, ["--shutdown-grace", "600"])
        let gate = try Gate(in: TemporaryFolder())
        let call = Background { try worker.client.execute("{\(gate.kwargs)}") }
        try gate.arrival()
        worker.process.signal(SIGTERM)
        try worker.waitForEndToBegin()
        worker.process.signal(second)
        try worker.process.expectEnd(.exited(6))
        _ = try? call.value()
    }

    @Test func `A second signal ends processes that the worker waits for, too`() throws {
        let folder = try TemporaryFolder()
        let worker = try WorkerProcess.start("signals", "Signals", ["--shutdown-grace", "600"])
        // It hears of SIGTERM, and lives on.
        let command = """
            (trap 'echo asked > \(folder.file("asked"))' TERM; while :; do sleep 0.1; done) \
            >/dev/null 2>&1 & echo $!
            """.replacing("\n", with: " ")
        let text = try worker.client.execute(
            "{\"mode\":\"run\",\"how\":\"popen\",\"command\":\"\(command)\"}"
        ).text
        let number = text.filter(\.isNumber)
        let child = ProcessFacts(try #require(Int32(number)))
        worker.process.signal(SIGTERM)
        let deadline = Deadline()
        while folder.text("asked").isEmpty, !deadline.hasPassed { poll(nil, 0, 5) }
        #expect(child.isAlive)
        worker.process.signal(SIGTERM)
        try worker.process.expectEnd(.exited(6))
        #expect(!child.isAlive)
        if child.isAlive { _ = kill(child.pid, SIGKILL) }
    }

    @Test func `An idle worker without any grace exits with 0`() throws {
        let worker = try WorkerProcess.start("lifecycle", "Lifecycle", ["--shutdown-grace", "0"])
        try worker.terminate(expecting: .exited(0))
    }

    @Test func `The port is free at once`() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let connection = try worker.client.connect()
        try connection.send("GET", "/health")
        _ = try connection.readResponse()
        try worker.terminate()
        let path = try Fixture.path("echo")
        let next = try WorkerProcess(
            arguments: ["--module", path, "--class", "Echo", "--port", "\(worker.port)"])
        #expect(try next.waitUntilListening() == worker.port)
    }
}

extension LiveWorker {
    /// Waits until it has taken a signal for the reason of its end.
    func waitForEndToBegin() throws {
        try process.standardError.line(containing: "asks the worker to end")
    }
}
