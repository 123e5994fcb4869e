import TestSupport
import Testing

/// The binary in an environment's bin, beside its Python or in the place of it.
@Suite(.blocking) struct DropInTests {
    private static let prefix = "import sys; print(sys.prefix, sys.argv[1:])"
    private let folder: TemporaryFolder

    /// Makes an environment whose path has a space and a letter beyond ASCII.
    init() throws {
        folder = try TemporaryFolder()
        let make = """
            python3 -m venv --without-pip "$HERE/eñv" && mkdir "$HERE/alone" &&
            cp "$1" "$HERE/eñv/bin/universal-worker" && cp "$1" "$HERE/alone/universal-worker" &&
            rm "$HERE/eñv/bin/python" && ln "$HERE/eñv/bin/universal-worker" "$HERE/eñv/bin/python"
            """
        let process = try run(make, [])
        try process.expectEnd(.exited(0))
    }

    private func run(_ script: String, _ arguments: [String]) throws -> WorkerProcess {
        try WorkerProcess(
            arguments: arguments, environment: ["HERE": folder.path],
            wrapper: ["/bin/sh", "-c", script, "sh"])
    }

    /// Starts the binary under a path below the folder.
    private func start(_ place: String, _ arguments: [String]) throws -> WorkerProcess {
        try run("shift; exec \"$HERE/\(place)\" \"$@\"", arguments)
    }

    @Test(arguments: ["universal-worker", "python"])
    func `What is no command line of the worker's is the environment's Python's`(name: String)
        throws
    {
        try folder.write(Self.prefix, to: "a script.py")
        let lines = [
            ["-c", Self.prefix, "--module", "x"], ["\(folder.path)/a script.py", "--module", "x"],
        ]
        for arguments in lines {
            let process = try start("eñv/bin/\(name)", arguments)
            try process.expectEnd(.exited(0))
            let text = try process.standardOutput.textAtEnd()
            #expect(text == "\(folder.path)/eñv ['--module', 'x']\n")
        }
        let module = try start("eñv/bin/\(name)", ["-m", "platform"])
        try module.expectEnd(.exited(0))
        #expect(try module.standardOutput.textAtEnd().hasPrefix("Linux"))
    }

    @Test func `Python's own processes come back to it by the path that it was started by`() throws
    {
        let spawn =
            "import subprocess, sys; subprocess.run([sys.executable, '-c', '\(Self.prefix)'])"
        let process = try start("eñv/bin/python", ["-c", spawn])
        try process.expectEnd(.exited(0))
        #expect(try process.standardOutput.textAtEnd() == "\(folder.path)/eñv []\n")
    }

    @Test(arguments: ["universal-worker", "python"])
    func `A command line with --module is the worker's, which runs that environment's Python`(
        name: String
    ) throws {
        let process = try start(
            "eñv/bin/\(name)",
            [
                "-m", "cjm_plugin_system.core.worker", "--module", PythonWorker.module, "--class",
                "Echo", "--port", "0", "--shutdown-grace", "40",
            ])
        let worker = LiveWorker(process, port: try process.waitUntilListening())
        #expect(try worker.client.get("/health").status == 200)
        try worker.terminate(expecting: .exited(0))
    }

    @Test(arguments: ["--version", "-V", "--help", "-h"])
    func `The worker says what it is itself, under any name`(option: String) throws {
        for name in ["universal-worker", "python"] {
            let process = try start("eñv/bin/\(name)", [option])
            try process.expectEnd(.exited(0))
            #expect(try process.standardOutput.textAtEnd().contains("niversal"))
        }
    }

    @Test func `Without arguments the worker says how it is used, and Python reads its input`()
        throws
    {
        #expect(try start("eñv/bin/universal-worker", []).waitForExit() == .exited(2))
        #expect(try start("eñv/bin/python", []).waitForExit() == .exited(0))
    }

    @Test func `Where there is no Python one line says so, and the exit code is 127`() throws {
        let process = try start("alone/universal-worker", ["-c", "pass"])
        try process.expectEnd(.exited(127))
        let text = try process.standardError.textAtEnd()
        #expect(text.hasPrefix("universal-worker: there is no Python beside \(folder.path)/alone/"))
        #expect(text.split(separator: "\n").count == 1)
    }
}
