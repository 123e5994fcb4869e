import TestSupport

/// Workers that run a class of Tests/Fixtures/python_plugin.py, by the interpreter that is on PATH.
enum PythonWorker {
    /// What `--module` is.
    static let module = "\(Repository.root)/Tests/Fixtures/python_plugin.py"

    /// Starts a worker, not yet listening; half a minute to end, since a busy machine is slow.
    static func launch(
        _ className: String = "Echo", _ options: [String] = [],
        environment: [String: String] = [:]
    ) throws -> WorkerProcess {
        try WorkerProcess(
            arguments: ["--module", module, "--class", className, "--port", "0"]
                + ["--shutdown-grace", "40"] + options,
            environment: ["PYTHONDONTWRITEBYTECODE": "1"].merging(environment) { $1 })
    }

    /// Starts a worker of the class Echo, and waits until it listens.
    static func start(
        _ options: [String] = [], environment: [String: String] = [:]
    ) throws -> LiveWorker {
        let process = try launch("Echo", options, environment: environment)
        return LiveWorker(process, port: try process.waitUntilListening())
    }
}
