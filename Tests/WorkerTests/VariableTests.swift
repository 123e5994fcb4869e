import TestSupport
import Testing

/// Options that variables of the environment stand for.
@Suite(.blocking) struct VariableTests {
    @Test func `A worker needs no arguments, and its plugin sees none of its variables`() throws {
        let process = try WorkerProcess(
            arguments: [],
            environment: [
                "UNIVERSAL_WORKER_MODULE": PythonWorker.module, "UNIVERSAL_WORKER_CLASS": "Echo",
                "UNIVERSAL_WORKER_PORT": "0", "UNIVERSAL_WORKER_SHUTDOWN_GRACE": "30",
                "UNIVERSAL_WORKER_MAX_BDY": "1",
                "UNIVERSAL_WORKER_PLUGIN_PATH": "/plugins", "OTHER": "1",
            ])
        let worker = LiveWorker(process, port: try process.waitUntilListening())
        #expect(
            try worker.client.execute("{\"mode\":\"variables\"}").text
                == "{\"OTHER\":\"1\",\"UNIVERSAL_WORKER_PLUGIN_PATH\":\"/plugins\"}")
        let line = try process.standardError.line(
            containing: "no option for what the environment has")
        #expect(line.contains("UNIVERSAL_WORKER_MAX_BDY (did you mean UNIVERSAL_WORKER_MAX_BODY?)"))
    }

    @Test func `A bad value ends the worker with 2, and names the variable`() throws {
        let process = try WorkerProcess(
            arguments: ["--module", "x", "--class", "C"],
            environment: ["UNIVERSAL_WORKER_PORT": "80801"])
        try process.expectEnd(.exited(2))
        try process.standardError.line(
            containing: "invalid value '80801' for 'UNIVERSAL_WORKER_PORT'")
    }

    @Test func `A check prints what is in force and loads nothing`() throws {
        let process = try WorkerProcess(
            arguments: ["--check-config", "--module", "/nonexistent.so", "--class", "C"],
            environment: ["UNIVERSAL_WORKER_PORT": "8080"])
        try process.expectEnd(.exited(0))
        let text = try process.standardOutput.textAtEnd()
        let rows = text.split(separator: "\n").map { $0.split(separator: " ") }
        #expect(rows.contains(["--port", "8080", "UNIVERSAL_WORKER_PORT"]))
        #expect(rows.contains(["--module", "/nonexistent.so", "command", "line"]))
    }

    @Test func `A check of what cannot be used says all that is wrong, and exits with 2`() throws {
        let process = try WorkerProcess(
            arguments: ["--check-config", "--bogus", "--port", "x"])
        try process.expectEnd(.exited(2))
        #expect(
            try process.standardError.textAtEnd() == """
                universal-worker: unknown option '--bogus'
                universal-worker: invalid value 'x' for '--port': expected a number from 0 to 65535
                universal-worker: option '--module' is required
                universal-worker: option '--class' is required

                """)
    }
}
