import TestSupport
import Testing

/// What the command line takes, and how it says no.
@Suite("The command line", .blocking)
struct CommandLineTests {
    private func run(
        _ arguments: [String]
    ) throws -> (ending: WorkerProcess.Ending, output: String, error: String) {
        let process = try WorkerProcess(arguments: arguments)
        let ending = try process.waitForExit()
        let output = try process.standardOutput.textAtEnd()
        return (ending, output, try process.standardError.textAtEnd())
    }

    private func echo(_ more: String...) throws -> [String] {
        ["--module", try Fixture.path("echo"), "--class", "Echo"] + more
    }

    @Test(
        "is refused with 2 and the usage on stderr",
        arguments: [
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
    func usageErrors(arguments: [String]) throws {
        let (ending, output, error) = try run(arguments)
        #expect(ending == .exited(2))
        #expect(output.isEmpty)
        #expect(error.lowercased().contains("usage"))
    }

    @Test("is quoted on one line, whatever is in it")
    func forgedLines() throws {
        let text = "x\n<2>forged\u{1b}[2J\u{202e}"
        for arguments in [["--\(text)"], [text], ["--port", text]] {
            let lines = try run(arguments).error.split(separator: "\n")
            #expect(lines.count == 3)
            #expect(lines[0].contains("x\\n<2>forged\\x1b[2J\\u202e"))
        }
        let (ending, output, _) = try run(["--module", text, "--class", text, "--port", "0"])
        #expect(ending == .exited(1))
        #expect(output.hasPrefix("FATAL: Failed to load x\\n<2>forged"))
        #expect(output.split(separator: "\n").count == 1)
    }

    @Test("names the option that it does not know")
    func unknownOption() throws {
        #expect(try run(["--modul", "x"]).error.contains("--modul"))
    }

    @Test("has a help that names its options, and a version")
    func helpAndVersion() throws {
        let help = try run(["--help"])
        #expect(help.ending == .exited(0))
        for option in ["--module", "--class", "--port", "--fd", "--ppid"] {
            #expect(help.output.contains(option))
        }
        let version = try run(["--version"])
        #expect(version.ending == .exited(0))
        #expect(version.output.contains { $0.isNumber })
        #expect(version.output.hasSuffix("\n"))
    }

    @Test("ignores -m NAME, so that a host of the original needs no other arguments")
    func ignoresModuleSwitch() throws {
        let arguments = ["-m", "cjm_plugin_system.core.worker"]
        let process = try WorkerProcess(
            arguments: arguments + echo("--port", "0", "--ppid", "0"))
        let port = try process.waitUntilListening()
        #expect(try HTTPClient(.tcp(port)).get("/health").status == 200)
    }

    @Test("takes --x=y for --x y")
    func equalsSign() throws {
        let path = try Fixture.path("echo")
        let process = try WorkerProcess(arguments: [
            "--module=\(path)", "--class=Echo", "--port=0", "--ppid=0",
        ])
        let port = try process.waitUntilListening()
        #expect(port > 0)
        #expect(try HTTPClient(.tcp(port)).get("/health").status == 200)
    }

    @Test("exits with 3 when the port is taken, and says so on stderr")
    func portTaken() throws {
        let listener = try Listener()
        let (ending, output, error) = try run(echo("--port", "\(listener.port)"))
        #expect(ending == .exited(3))
        #expect(!output.contains("FATAL"))
        #expect(error.contains("\(listener.port)"))
    }

    @Test("serves an inherited, listening socket")
    func inheritedSocket() throws {
        let listener = try Listener()
        let early = try HTTPConnection(.tcp(listener.port))
        try early.send("GET", "/health")
        let process = try WorkerProcess(
            arguments: echo("--fd", "3"), inherited: [listener.descriptor])
        #expect(try early.readResponse().status == 200)
        #expect(process.isRunning)
    }

    @Test("leaves nothing of its own on stdout while it serves")
    func quietOutput() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        _ = try worker.client.post("/execute")
        #expect(try worker.terminate() == .exited(0))
        #expect(try worker.process.standardOutput.textAtEnd().isEmpty)
    }

    @Test("runs the plugin that the guide shows")
    func guide() throws {
        let worker = try WorkerProcess.start("guide", "Greeter")
        let greeting = try worker.client.post("/execute", "{\"args\":[\"you\"]}")
        #expect(greeting.text == "{\"hello\":[\"you\"]}")
        #expect(try worker.client.post("/execute").status == 400)
        let lines = try worker.client.post("/execute_stream").lines
        #expect(lines == (0..<3).map { "{\"hello\":\($0)}" })
    }

    @Test("runs a plugin in Rust, whose panic stays inside")
    func rust() throws {
        let worker = try WorkerProcess.start("rust_echo", "Echo")
        #expect(try worker.client.execute("{\"a\":[1]}").text == "{\"a\":[1]}")
        #expect(try worker.client.execute("{\"panic\":1}").status == 500)
        #expect(try worker.client.get("/health").status == 200)
    }
}
