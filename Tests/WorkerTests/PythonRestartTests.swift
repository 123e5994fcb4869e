import Glibc
import TestSupport
import Testing

/// `--on-crash restart`: the process of a Python plugin is started again when it dies.
@Suite(.blocking) struct PythonRestartTests {
    private func start(_ options: [String] = []) throws -> LiveWorker {
        try PythonWorker.start(["--on-crash", "restart"] + options)
    }

    private func number(_ worker: LiveWorker) throws -> Int32 {
        try #require(Int32(try worker.client.execute("{\"mode\":\"number\"}").text))
    }

    @Test func `Its calls are answered with the cause, and the next ones by a configured process`()
        throws
    {
        let worker = try start()
        #expect(try worker.client.post("/initialize", "{\"a\":1}").status == 200)
        let first = try number(worker)
        let answer = try worker.client.execute("{\"mode\":\"die\",\"signal\":11}")
        #expect(answer.status == 500)
        #expect(
            answer.text == "{\"detail\":\"the plugin's process was ended by signal 11 (SIGSEGV)\"}")
        #expect(try number(worker) != first)
        #expect(try worker.client.execute("{\"mode\":\"taken\"}").text == "{\"a\":1}")
        #expect(try worker.client.get("/config").text == "{\"a\":1}")
        try worker.process.standardError.line(containing: "it is started again in 100 ms")
        try worker.process.standardError.line(containing: "has been started again")
        let metrics = try worker.client.get("/metrics").text
        #expect(metrics.contains("\nuniversal_worker_plugin_deaths_total 1\n"))
        #expect(metrics.contains("\nuniversal_worker_plugin_restarts_total 1\n"))
        #expect(metrics.contains("\nuniversal_worker_plugin_process_threads "))
        try worker.terminate(expecting: .exited(0))
    }

    @Test func `A call that waits is not lost, and health tells the truth meanwhile`() throws {
        let worker = try start(["--call-timeout", "60"])
        let gate = try Gate(in: TemporaryFolder())
        let process = try number(worker)
        #expect(try worker.client.post("/initialize", "{\(gate.kwargs)}", released: gate) == 200)
        let waiting = try worker.client.connect()
        kill(process, SIGKILL)
        // The new one waits at the gate of the configuration.
        try gate.arrival()
        try worker.answer("/health", contains: "\"state\":\"restarting\"")
        let ready = try worker.client.get("/health/ready")
        #expect(ready.status == 503)
        #expect(ready.text.contains("was ended by signal 9 (SIGKILL)"))
        #expect(try worker.client.get("/health").text.contains("\"calls_running\":0"))
        try waiting.send("POST", "/execute", body: "{\"args\":[1]}")
        try worker.answer("/health", contains: "\"calls_queued\":1")
        try gate.release()
        #expect(try waiting.readResponse().text == "{\"args\":[1],\"kwargs\":{}}")
        try worker.answer("/health", contains: "\"state\":\"ready\"")
    }

    @Test func `A stream that it dies in ends in an error line with the cause`() throws {
        let worker = try start()
        let process = try number(worker)
        let connection = try worker.begin("endless", "{\"n\":1000000000}", path: "/execute_stream")
        // One that still waits is not lost, but runs in the next process.
        #expect(try worker.reaches("running", "endless"))
        kill(process, SIGKILL)
        let text = try connection.readResponse().text
        let last = text.split(separator: "\n").last
        #expect(
            last == "{\"error\":\"the plugin's process was ended by signal 9 (SIGKILL)\"}")
        #expect(try number(worker) != process)
    }

    @Test func `A wedged one is killed with its stacks in the log, and started again`() throws {
        let worker = try start(["--wedged-exit", "0.5"])
        let first = try number(worker)
        let connection = try worker.begin("stuck", "{\"mode\":\"hold\"}")
        try worker.process.standardError.line(containing: "holding the lock")
        #expect(try worker.client.post("/cancel").status == 200)
        #expect(try connection.readResponse().status == 409)
        #expect(try number(worker) != first)
        try worker.process.standardError.line(containing: "in hold")
        try worker.process.standardError.line(
            containing: "the worker has ended the plugin's process")
        #expect(worker.process.isRunning)
    }

    @Test func `What it has started does not outlive it`() throws {
        let worker = try start()
        let text = try worker.client.execute("{\"mode\":\"family\"}").text
        let family = text.split { !$0.isNumber }.compactMap { Int32($0) }
        kill(family[0], SIGKILL)
        // A call that comes before the worker knows is answered with the death.
        try worker.process.standardError.line(containing: "it is started again in 100 ms")
        #expect(try number(worker) != family[0])
        for process in family { #expect(ProcessFacts(process).comesToAnEnd(), "\(process)") }
        #expect(worker.process.isRunning)
    }

    @Test func `Four deaths in a minute are too many`() throws {
        let worker = try start()
        for _ in 0..<3 {
            let answer = try worker.client.execute("{\"mode\":\"leave\"}")
            #expect(answer.text.contains("ended with exit code 7"))
        }
        _ = try? worker.client.execute("{\"mode\":\"leave\"}")
        try worker.process.expectEnd(.exited(4))
        try worker.process.standardError.line(
            containing: "its process has died 4 times within 60 s")
    }

    @Test func `Starts that fail count as deaths`() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("mortal")
        let process = try PythonWorker.launch(
            "Mortal", ["--on-crash", "restart"], environment: ["MORTAL": path])
        let worker = LiveWorker(process, port: try process.waitUntilListening())
        close(unsafe open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600))
        _ = try? worker.client.execute("{\"mode\":\"leave\"}")
        try process.expectEnd(.exited(4))
        try process.standardError.line(containing: "once more in 400 ms")
        try process.standardError.line(containing: "cannot be started again: the process of the")
    }

    @Test func `The end of the worker does not wait for a start`() throws {
        let worker = try start()
        let gate = try Gate(in: TemporaryFolder())
        let process = try number(worker)
        #expect(try worker.client.post("/initialize", "{\(gate.kwargs)}", released: gate) == 200)
        kill(process, SIGKILL)
        try gate.arrival()
        try worker.terminate(expecting: .exited(0))
    }

    @Test func `A library has no use for it`() throws {
        let process = try WorkerProcess.launch("echo", "Echo", ["--on-crash", "restart"])
        try process.expectEnd(.exited(2))
        try process.standardError.line(containing: "option '--on-crash' is for Python plugins")
    }
}

extension HTTPClient {
    /// Posts what waits at a gate, and lets it go on; the status of the answer.
    fileprivate func post(_ path: String, _ body: String, released gate: Gate) throws -> UInt32 {
        let answer = Background { try self.post(path, body) }
        try gate.arrival()
        try gate.release()
        return UInt32(try answer.value().status)
    }
}
