import Glibc
import TestSupport
import Testing

/// Endpoints and hooks of a plugin's own, through the binary; the class is that of `DialectTests`.
@Suite(.blocking) struct PluginEndpointTests {
    private static let tests = "\(Repository.root)/Python/tests"

    private func start(
        _ className: String = "Probe", _ options: [String] = [], held: String = ""
    ) throws -> LiveWorker {
        let process = try WorkerProcess(
            arguments: [
                "-m", "cjm_substrate.core.worker", "--module", "\(Self.tests)/plugins/probe.py",
                "--class", className, "--port", "0", "--shutdown-grace", "40",
                "--adapters", "probe:Bound",
            ] + options,
            environment: [
                "PYTHONDONTWRITEBYTECODE": "1", "HELD": held,
                "PYTHONPATH": "\(Self.tests)/library:\(Self.tests)/plugins",
            ])
        return LiveWorker(process, port: try process.waitUntilListening())
    }

    @Test func `A task is a call, whose body reaches the plugin as it came`() throws {
        let worker = try start()
        let task = #"{"task":"bound","method":"double","kwargs":{"value":21}}"#
        let answer = try worker.client.post("/task", task)
        #expect(answer.status == 200 && answer.text == "42")
        #expect(answer.headers["X-CJM-Accounts"]?.contains("task_account") ?? false)
        #expect(answer.headers["Content-Type"] == "application/json")
        let unknown = try worker.client.post("/task", #"{"task":"x","method":"y"}"#)
        #expect(unknown.status == 404 && unknown.text.contains("No adapter bound for task 'x'"))
        #expect(try worker.client.post("/task", "{").status == 400)
        let get = try worker.client.get("/task")
        #expect(get.status == 405 && get.headers["Allow"] == "POST")
    }

    @Test func `A task that waits is in the list of calls, and can be cancelled`() throws {
        let worker = try start()
        let body = #"{"task":"bound","method":"call","kwargs":{"do":"wait"}}"#
        let task = Background { try worker.client.post("/task", body) }
        try worker.process.standardError.line(containing: "waiting wait")
        #expect(try worker.client.get("/calls").text.contains(#""endpoint":"/task""#))
        #expect(try worker.client.post("/cancel").status == 200)
        #expect(try task.value().status == 409)
    }

    @Test func `What runs beside calls is answered while one runs`() throws {
        let worker = try start()
        let call = Background { try worker.client.execute(#"{"do":"wait"}"#) }
        try worker.process.standardError.line(containing: "waiting wait")
        let client = worker.client
        #expect(try client.post("/on_enable").text == #"{"status":"enabled"}"#)
        #expect(try client.post("/on_disable").text == #"{"status":"disabled"}"#)
        #expect(try client.get("/config_options").text.contains(#""model""#))
        #expect(try client.get("/structural_surface").text.contains("execute"))
        #expect(try client.post("/get_system_status").text.contains(#""cpu":1.5"#))
        #expect(try client.post("/list_processes").status == 501)
        #expect(try client.post("/cancel").status == 200)
        #expect(try call.value().status == 409)
    }

    @Test
    func `What runs beside calls is refused while the process is started again, and then works`()
        throws
    {
        let folder = try TemporaryFolder()
        let worker = try start(
            "Held", ["--on-crash", "restart"], held: folder.file("held"))
        #expect(try worker.client.post("/on_enable").status == 200)
        let process = try #require(worker.facts.grandchildren.first)
        let gate = try Gate(in: folder, "held")
        kill(process, SIGKILL)
        try gate.arrival()
        let refused = try worker.client.post("/on_enable")
        #expect(refused.status == 503)
        #expect(refused.text.contains("restarting: the plugin's process was ended by signal 9"))
        try gate.release()
        try worker.process.standardError.line(containing: "has been started again")
        #expect(try worker.client.post("/on_enable").text == #"{"status":"enabled"}"#)
    }

    @Test func `A reconfiguration gets both configurations, and the new one is shown`() throws {
        let worker = try start()
        let body = #"{"old_config": {"a":1}, "new_config": {"b":2}, "more": 3}"#
        #expect(
            try worker.client.post("/reconfigure", body).text == #"{"status":"reconfigured"}"#)
        #expect(try worker.client.get("/config").text == #"{"old":{"a":1},"new":{"b":2}}"#)
        let refused = try worker.client.post("/reconfigure", #"{"new_config":{"refuse":true}}"#)
        #expect(refused.status == 500 && refused.text == #"{"detail":"cannot change"}"#)
        #expect(try worker.client.post("/reconfigure", "[").status == 500)
    }

    @Test func `Control endpoints answer while a prefetch runs, and one of them ends it`() throws {
        let worker = try start()
        #expect(try worker.client.post("/prefetch").text == #"{"status":"prefetched"}"#)
        #expect(try worker.client.post("/initialize", #"{"prefetch":"wait"}"#).status == 200)
        let prefetch = Background { try worker.client.post("/prefetch") }
        try worker.process.standardError.line(containing: "waiting prefetch")
        #expect(try worker.client.get("/health").status == 200)
        #expect(try worker.client.get("/progress").status == 200)
        #expect(try worker.client.post("/cancel").text == #"{"status":"cancelled"}"#)
        let cancelled = try prefetch.value()
        #expect(cancelled.status == 500)
        #expect(cancelled.text == #"{"detail":"The call was cancelled by POST /cancel"}"#)
    }

    @Test func `A plugin without hooks says so under a later host`() throws {
        let worker = try start("Few")
        for path in ["/prefetch", "/on_enable", "/on_disable"] {
            #expect(try worker.client.post(path).text == #"{"status":"not_supported"}"#, "\(path)")
        }
        // The original looks for the hook before it reads the body.
        for body in ["{}", "[]", "null", "{", ""] {
            let answer = try worker.client.post("/reconfigure", body)
            #expect(answer.status == 200, "\(body)")
            #expect(answer.text == #"{"status":"not_supported"}"#, "\(body)")
        }
        #expect(try worker.client.get("/config_options").text == "{}")
        #expect(try worker.client.post("/get_system_status").status == 404)
    }

    @Test func `Under the first hosts there are no such paths`() throws {
        let worker = try PythonWorker.start()
        for path in ["/task", "/prefetch", "/on_enable", "/get_system_status"] {
            #expect(try worker.client.post(path).status == 404, "\(path)")
        }
        #expect(try worker.client.get("/config_options").status == 404)
    }
}
