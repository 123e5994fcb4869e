import Glibc
import TestSupport
import Testing

/// A token of the environment, which no process of a Python plugin is to have, however it was started.
@Suite(.blocking) struct TokenSecrecyTests {
    private static let secret = "secret-of-26-characters-ok"
    private static let variables = ["UNIVERSAL_WORKER_TOKEN": secret, "OTHER": "1"]

    private func ask(_ worker: LiveWorker, _ kwargs: String) throws -> String {
        try worker.client.request(
            "POST", "/execute", body: "{\"kwargs\":{\(kwargs)}}",
            headers: [("Authorization", "Bearer \(Self.secret)")]
        ).text
    }

    /// Looks at the worker, at the process of its plugin, and at what that starts.
    private func check(_ worker: LiveWorker) throws {
        #expect(try worker.client.get("/stats").status == 401)
        #expect(try ask(worker, "\"mode\":\"variables\"") == "{\"OTHER\":\"1\"}")
        let runner = try #require(Int32(try ask(worker, "\"mode\":\"number\"")))
        let child = try #require(Int32(try ask(worker, "\"mode\":\"child\"")))
        #expect(worker.facts.grandchildren.contains(runner))
        for process in [worker.process.pid, child] + worker.facts.grandchildren {
            let environment = ProcessFacts(process).environment
            #expect(environment.contains("OTHER=1"), "\(process)")
            #expect(!environment.contains("secret"), "\(process)")
        }
    }

    private func end(_ worker: LiveWorker) throws {
        try worker.terminate(expecting: .exited(0))
        #expect(try !worker.process.standardError.textAtEnd().contains("secret"))
    }

    @Test func `The process that is started in the place of one that died has it as little`()
        throws
    {
        let worker = try PythonWorker.start(
            ["--on-crash", "restart"], environment: Self.variables)
        try check(worker)
        _ = try ask(worker, "\"mode\":\"die\",\"signal\":9")
        try worker.process.standardError.line(containing: "has been started again")
        try check(worker)
        try end(worker)
    }

    @Test(arguments: ["universal-worker", "python", "enabled"])
    func `In the place of an environment's Python the worker takes it, and its plugin has none`(
        way: String
    ) throws {
        let folder = try TemporaryFolder()
        let prepare =
            switch way {
            case "universal-worker": "exec $ENV/universal-worker"
            case "python": "ln -f $ENV/universal-worker $ENV/python; exec $ENV/python"
            default:
                """
                cp \(Repository.root)/Python/wheel/universal_worker* $ENV/../lib/python3*/site-packages
                $ENV/universal-worker enable >&2; exec $ENV/python
                """
            }
        let script = """
            set -e; ENV=$HERE/env/bin; python3 -m venv --without-pip "$HERE/env"
            cp "$1" $ENV/universal-worker; shift; \(prepare) "$@"
            """
        let process = try WorkerProcess(
            arguments: [
                "-m", "cjm_plugin_system.core.worker", "--module", PythonWorker.module, "--class",
                "Echo", "--port", "0", "--shutdown-grace", "40",
            ], environment: Self.variables.merging(["HERE": folder.path]) { $1 },
            wrapper: ["/bin/sh", "-c", script, "sh"])
        let worker = LiveWorker(process, port: try process.waitUntilListening())
        try check(worker)
        try end(worker)
    }
}
