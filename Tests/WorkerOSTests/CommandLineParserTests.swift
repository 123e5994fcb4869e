import Testing
import WorkerCore
import WorkerOS

@Suite struct CommandLineParserTests {
    private func parse(_ line: String, inherited: Int = 0) throws(UsageError) -> Invocation {
        try CommandLineParser.parse(
            ["worker"]
                + line.split(separator: " ", omittingEmptySubsequences: true).map(String.init),
            inheritedSockets: inherited)
    }

    @Test func `The command line of a host is understood`() throws {
        var expected = Configuration()
        expected.module = "my_plugin.plugin"
        expected.className = "MyPlugin"
        expected.port = 8_123
        expected.parentProcess = 42
        expected.dialect = "cjm_plugin_system.core.worker"
        let line =
            "-m cjm_plugin_system.core.worker --module my_plugin.plugin --class MyPlugin --port 8123 --ppid 42"
        #expect(try parse(line) == .run(expected))
    }

    @Test(arguments: [
        "--module=m --class=C --port=1", "--mod m --cl C --po 1", "--port 1 --class C --module m",
        "--module m --class C --port 9 --port=1",
    ])
    func `Values follow a space or an equals sign, and names may be short`(line: String) throws {
        var expected = Configuration()
        expected.module = "m"
        expected.className = "C"
        expected.port = 1
        #expect(try parse(line) == .run(expected))
    }

    @Test(arguments: [
        ("-mx --module m --class C --port 1", "x"),
        ("-m --port --module m --class C --port 1", "--port"),
    ])
    func `The value of a short option follows it at once or behind a space, whatever it is`(
        _ line: String, _ dialect: String
    ) throws {
        var expected = Configuration()
        expected.module = "m"
        expected.className = "C"
        expected.port = 1
        expected.dialect = dialect
        #expect(try parse(line) == .run(expected))
    }

    @Test(arguments: Subcommand.allCases.filter(\.isOfEnvironment))
    func `A subcommand is the first word, and the only one`(subcommand: Subcommand) throws {
        let word = subcommand.rawValue
        #expect(try parse(word) == .subcommand(subcommand))
        #expect(throws: UsageError.strayArguments(["--port", "1"])) {
            try parse("\(word) --port 1")
        }
        #expect(throws: UsageError.strayArguments([word])) {
            try parse("--module m --class C --port 1 \(word)")
        }
    }

    @Test func `All options reach the configuration`() throws {
        var expected = Configuration()
        expected.module = "m"
        expected.className = "C"
        expected.host = .ipv6Loopback
        expected.port = 0
        expected.allowedHosts = ["a", "b"]
        expected.allowedOrigins = ["http://x"]
        expected.maxBody = 1 << 20
        expected.maxBuffered = 1 << 30
        expected.maxQueue = 0
        expected.shutdownGrace = .milliseconds(500)
        expected.logLevel = .debug
        expected.python = "python3.12"
        expected.concurrency = 4
        expected.cancelGrace = .milliseconds(250)
        let line =
            "--module m --class C --host ::1 --port 0 --allow-host A --allow-host b"
            + " --allow-origin http://x --max-body 1M --max-buffered 1GiB --max-queue 0"
            + " --shutdown-grace .5 --log-level debug --ppid 0"
            + " --python python3.12 --concurrency 4 --cancel-grace 0.25"
        #expect(try parse(line) == .run(expected))
    }

    @Test(arguments: [("--fd 5", 0, SocketSource.inherited(5)), ("", 1, .inherited(3))])
    func `An inherited socket takes the place of the port`(
        more: String, inherited: Int, source: SocketSource
    ) throws {
        let request = try parse("--module m --class C \(more)", inherited: inherited)
        guard case .run(let configuration) = request else {
            Issue.record("it is to run")
            return
        }
        #expect(configuration.socketSource == source)
    }

    @Test(arguments: [
        ("--help", Invocation.help), ("--version", .version), ("--hel", .help),
        ("-h", .help), ("-V", .version), ("-hV", .help), ("--module m -V", .version),
        ("--module m --version --nonsense", .version), ("stray --help", .help),
    ])
    func `Help and version need nothing else`(line: String, request: Invocation) throws {
        #expect(try parse(line) == request)
    }

    @Test(arguments: [
        ("--prot 80", "unknown option '--prot'. Did you mean '--port'?"),
        ("--module m --prot=80", "unknown option '--prot'. Did you mean '--port'?"),
        ("-port 80", "unknown option '-port'. Did you mean '--port'?"),
        ("-x", "unknown option '-x'"),
        ("a b -x", "unknown option '-x'"),
        ("--module m --port", "option '--port' needs a value"),
        ("-m", "option '-m' needs a value"),
        ("--help=yes", "option '--help' takes no value"),
        ("--p 80", "option '--p' is ambiguous: it could be '--python' or '--port' or '--ppid'"),
        ("--port abc", "invalid value 'abc' for '--port': expected a number from 0 to 65535"),
        (
            "--ppid -3",
            "invalid value '-3' for '--ppid': expected a process number from 0 to 2147483647"
        ),
        ("", "option '--module' is required"),
        ("--module m --port 1", "option '--class' is required"),
        ("a --module m b --class C --port 1 -- -c", "unexpected arguments 'a', 'b', '-c'"),
        (
            "--module m --class C",
            "no socket to serve: expected '--port', '--fd', '--unix' or a socket from systemd"
        ),
        (
            "--module m --class C --port 1 --fd 3",
            "'--port' and '--fd' cannot be combined: the worker serves one of them, and that of '--unix'"
        ),
    ])
    func `A usage error says what is wrong`(line: String, message: String) {
        let error = #expect(throws: UsageError.self) { try parse(line) }
        #expect(error?.description == message)
    }

    @Test func `No arguments at all, not even a name, are an error like any other`() {
        #expect(throws: UsageError.optionRequired("--module")) {
            try CommandLineParser.parse([], inheritedSockets: 0)
        }
    }

    @Test func `An option without letters beyond ASCII is quoted as it was typed`() {
        let error = #expect(throws: UsageError.self) { try parse("--ünknown --port 1") }
        #expect(error?.description == "unknown option '--ünknown'")
        let short = #expect(throws: UsageError.self) { try parse("-ü") }
        #expect(short?.description == "unknown option '-ü'")
    }
}
