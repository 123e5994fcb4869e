import Glibc
import TestSupport
import Testing

/// What the command line takes, and how it says no.
@Suite(.blocking) struct CommandLineTests {
    private func run(
        _ arguments: [String], environment: [String: String] = [:], shell: String? = nil
    ) throws -> (ending: WorkerProcess.Ending, output: String, error: String) {
        let process = try WorkerProcess(
            arguments: arguments, environment: environment,
            wrapper: shell.map { ["/bin/sh", "-c", $0, "sh"] } ?? [])
        let ending = try process.waitForExit()
        let output = try process.standardOutput.textAtEnd()
        return (ending, output, try process.standardError.textAtEnd())
    }

    private func echo(_ more: String...) throws -> [String] {
        ["--module", try Fixture.path("echo"), "--class", "Echo"] + more
    }

    @Test(arguments: [
        [], ["--module"], ["--module", "x"], ["--module", "x", "--class", "C"],
        ["--class", "C", "--port", "0"], ["--nonsense"], ["surplus"],
        ["--module", "x", "--class", "C", "--port", "65536"],
        ["--module", "x", "--class", "C", "--port", "-1"],
        ["--module", "x", "--class", "C", "--port", "http"],
        ["--module", "x", "--class", "C", "--port", ""],
        ["--module", "x", "--class", "C", "--port", "0", "--fd", "3"],
        ["--module", "x", "--class", "C", "--fd", "many"],
        ["--module", "x", "--class", "C", "--port", "0", "--ppid", "me"],
        ["--module", "x", "--class", "C", "--port", "0", "-m"],
        ["--module", "x", "--class", "C", "--port", "0", "--nonsense=1"],
    ])
    func `A wrong command line is refused with 2, and with the usage on stderr`(arguments: [String])
        throws
    {
        let (ending, output, error) = try run(arguments)
        #expect(ending == .exited(2))
        #expect(output.isEmpty)
        #expect(error.lowercased().contains("usage"))
    }

    @Test func `An argument is quoted on one line, whatever is in it`() throws {
        let text = "x\n<2>forged\u{1b}[2J\u{202e}"
        for arguments in [["--\(text)"], [text], ["--port", text]] {
            let lines = try run(arguments).error.split(separator: "\n")
            #expect(lines.count == 4)
            #expect(lines[0].contains("x\\n<2>forged\\x1b[2J\\u202e"))
        }
        let (ending, output, _) = try run(["--module", text, "--class", text, "--port", "0"])
        #expect(ending == .exited(1))
        #expect(output.hasPrefix("FATAL: Failed to load x\\n<2>forged"))
        #expect(output.split(separator: "\n").count == 1)
    }

    @Test func `An unknown option is named`() throws {
        #expect(try run(["--modul", "x"]).error.contains("--modul"))
    }

    @Test(arguments: ["--help", "-h"])
    func `The help is what its document shows`(option: String) throws {
        let help = try run([option])
        #expect(help.ending == .exited(0) && help.error.isEmpty)
        let text = try Repository.text(of: "docs/command-line.md")
        let block = text[try #require(text.firstRange(of: "```\n")).upperBound...]
        #expect(block[..<(try #require(block.firstRange(of: "```"))).lowerBound] == help.output)
    }

    @Test(arguments: ["--version", "-V"])
    func `The version is printed`(option: String) throws {
        let version = try run([option])
        #expect(version.ending == .exited(0) && version.error.isEmpty)
        #expect(version.output.contains { $0.isNumber })
        #expect(version.output.hasSuffix("\n"))
    }

    @Test(
        arguments: ["--help", "--version"],
        [">/dev/full", ">&-", ">&- 0>&-"])
    func `A help or a version that cannot be written is an error`(
        option: String, redirection: String
    ) throws {
        let (ending, _, error) = try run([option], shell: "exec \"$@\" \(redirection)")
        #expect(ending == .exited(7))
        #expect(error.hasPrefix("universal-worker: cannot write to standard output: "))
        #expect(error.split(separator: "\n").count == 1)
    }

    @Test(arguments: [
        ("--max-header", "1", "2KiB to 1MiB"), ("--max-header", "1G", "2KiB to 1MiB"),
        ("--max-body", "1000G", "1 to 2GiB"), ("--max-buffered", "1", "64KiB to 1024GiB"),
        ("--header-timeout", "0", "0.1 to 86400"), ("--body-timeout", "0", "0.1 to 86400"),
        ("--idle-timeout", "86401", "0 to 86400"), ("--call-timeout", "1e9", "0 to 86400"),
        ("--max-connections", "0", "1 to 60000"), ("--max-queue", "9999999", "0 to 1000000"),
    ])
    func `A value out of its range is refused with the range`(
        option: String, value: String, range: String
    ) throws {
        let (ending, _, error) = try run(try echo("--port", "0", option, value))
        #expect(ending == .exited(2))
        #expect(error.contains("'\(value)' for '\(option)': expected ") && error.contains(range))
    }

    @Test(arguments: [
        [
            "--max-header", "2KiB", "--max-connections", "1", "--max-queue", "0",
            "--header-timeout", "86400", "--body-timeout", "86400", "--idle-timeout", "86400",
            "--call-timeout", "86400", "--wedged-exit", "86400", "--max-body", "1K",
            "--max-buffered", "64K", "--shutdown-grace", "86400",
        ],
        [
            "--max-header", "1MiB", "--max-queue", "1000000", "--max-body", "2GiB",
            "--max-buffered", "1024GiB", "--call-timeout", "0", "--idle-timeout", "0",
        ],
    ])
    func `The ends of all ranges are taken, and served with`(options: [String]) throws {
        let worker = try WorkerProcess.start("echo", "Echo", options)
        #expect(try worker.client.execute("{\"a\":1}").status == 200)
        try worker.terminate(expecting: .exited(0))
    }

    @Test func `A limit of open files below --max-connections is warned of`() throws {
        let process = try WorkerProcess(
            arguments: echo("--port", "0", "--max-connections", "200"),
            wrapper: ["/bin/sh", "-c", "ulimit -n 256; exec \"$@\"", "sh"])
        try process.standardError.line(
            containing: "warning the limit of open files, 256, is too low")
        let enough = try WorkerProcess(
            arguments: echo("--port", "0", "--max-connections", "190"),
            wrapper: ["/bin/sh", "-c", "ulimit -n 256; exec \"$@\"", "sh"])
        _ = try enough.waitUntilListening()
        #expect(enough.isRunning)
        enough.signal(SIGTERM)
        #expect(try !enough.standardError.textAtEnd().contains("open files"))
    }

    @Test func `The file of that name in the current folder is suggested`() throws {
        let folder = try Fixture.path("echo").split(separator: "/").dropLast().joined(
            separator: "/")
        let (ending, output, _) = try run(
            ["--module", "echo.so", "--class", "Echo", "--port", "0"],
            environment: ["UNIVERSAL_WORKER_PLUGIN_PATH": "/nonexistent"],
            shell: "cd /\(folder); exec \"$@\"")
        #expect(ending == .exited(1))
        #expect(
            output.contains(" - there is no plugin 'echo.so'. Did you mean './echo.so'? Tried: "))
        #expect(output.split(separator: "\n").count == 1)
    }

    @Test func `The option -m NAME is ignored, so a host of the original changes no arguments`()
        throws
    {
        let arguments = ["-m", "cjm_plugin_system.core.worker"]
        let process = try WorkerProcess(
            arguments: arguments + echo("--port", "0", "--ppid", "0"))
        let port = try process.waitUntilListening()
        #expect(try HTTPClient(.tcp(port)).get("/health").status == 200)
    }

    @Test func `The form --x=y means --x y`() throws {
        let path = try Fixture.path("echo")
        let process = try WorkerProcess(arguments: [
            "--module=\(path)", "--class=Echo", "--port=0", "--ppid=0",
        ])
        let port = try process.waitUntilListening()
        #expect(port > 0)
        #expect(try HTTPClient(.tcp(port)).get("/health").status == 200)
    }

    @Test func `A port that is taken ends the worker with 3, and stderr says why`() throws {
        let listener = try Listener()
        let (ending, output, error) = try run(echo("--port", "\(listener.port)"))
        #expect(ending == .exited(3))
        #expect(!output.contains("FATAL"))
        #expect(error.contains("\(listener.port)"))
    }

    @Test func `An inherited, listening socket is served`() throws {
        let listener = try Listener()
        let early = try HTTPConnection(.tcp(listener.port))
        try early.send("GET", "/health")
        let process = try WorkerProcess(
            arguments: echo("--fd", "3"), inherited: [listener.descriptor])
        #expect(try early.readResponse().status == 200)
        #expect(process.isRunning)
    }

    @Test func `Nothing of the worker's own appears on stdout while it serves`() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        _ = try worker.client.post("/execute")
        try worker.terminate(expecting: .exited(0))
        #expect(try worker.process.standardOutput.textAtEnd().isEmpty)
    }

    @Test func `The plugin that the guide shows runs`() throws {
        let worker = try WorkerProcess.start("guide", "Greeter")
        let greeting = try worker.client.post("/execute", "{\"args\":[\"you\"]}")
        #expect(greeting.text == "{\"hello\":[\"you\"]}")
        #expect(try worker.client.post("/execute").status == 400)
        let lines = try worker.client.post("/execute_stream").lines
        #expect(lines == (0..<3).map { "{\"hello\":\($0)}" })
    }
}
