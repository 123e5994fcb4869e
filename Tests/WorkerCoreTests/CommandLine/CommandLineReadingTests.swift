import Testing

@testable import WorkerCore

@Suite struct CommandLineReadingTests {
    private func option(_ name: String) throws -> CommandLineOption {
        try #require(CommandLineTable.options.first { $0.name == name })
    }

    /// What options and variables amount to.
    private func read(
        _ given: [(String, String)], variables: [String: String] = [:], inherited: Int = 0
    ) throws -> Configuration {
        var reading = CommandLineReading(variables: variables)
        for (name, value) in given { _ = try reading.take(option(name), value: value) }
        let invocation = try reading.finish(
            strays: [], inheritedSockets: inherited, lookUp: Self.lookUp)
        guard case .run(let configuration) = invocation else { throw NoRun() }
        return configuration
    }

    private struct NoRun: Error {}

    /// A system with a user and a group.
    private static func lookUp(_ kind: Account.Kind, _ name: String) -> UInt32? {
        switch (kind, name) {
        case (.user, "ann"): 1_001
        case (.group, "web"): 2_002
        default: nil
        }
    }

    /// What an option makes of a value, starting from the defaults plus what is required.
    private func configuration(_ name: String, _ value: String) throws -> Configuration {
        try read([("module", "m"), ("class", "C"), ("port", "8000"), (name, value)])
    }

    private func message(_ name: String, _ value: String) throws -> String {
        let error = #expect(throws: UsageError.self) { try configuration(name, value) }
        return try #require(error).description
    }

    @Test(arguments: [
        ("65536", 65_536), ("64K", 65_536), ("64KiB", 65_536), ("3M", 3 << 20),
        ("3MiB", 3 << 20), ("2G", 2 << 30), ("2GiB", 2 << 30), ("2gib", 2 << 30),
        ("0065537", 65_537),
    ])
    func `Sizes count in powers of 1024`(text: String, bytes: Int) throws {
        #expect(try configuration("max-body", text).maxBody == bytes)
        #expect(try configuration("max-buffered", text).maxBuffered == bytes)
    }

    @Test(arguments: [
        "", "0", "0K", "-1", "+1", "1.5M", "K", "1KB", "1 K", "1T", "9223372036854775807K",
        "99999999999999999999", "2147483649", "3G",
    ])
    func `Other sizes are refused`(text: String) throws {
        #expect(
            try message("max-body", text)
                == "invalid value '\(text)' for '--max-body': expected a number of bytes "
                + "from 1 to 2GiB, such as 65536 or 64KiB")
    }

    @Test(arguments: [
        ("0", 0), ("0.001", 1), ("1.2", 1_200), ("1.5", 1_500), (".25", 250), ("10", 10_000),
        ("86400", 86_400_000),
    ])
    func `Seconds may have decimals`(text: String, milliseconds: UInt64) throws {
        #expect(
            try configuration("shutdown-grace", text).shutdownGrace == .milliseconds(milliseconds))
    }

    @Test(arguments: ["", ".", "-1", "inf", "nan", "1e3", "0x1", "86401", "1.2.3", "1s", "0.0004"])
    func `Other seconds are refused`(text: String) throws {
        #expect(
            try message("shutdown-grace", text).hasPrefix(
                "invalid value '\(text)' for '--shutdown-grace'"))
    }

    @Test(arguments: [
        ("port", "abc", "a number from 0 to 65535"),
        ("port", "65536", "a number from 0 to 65535"),
        ("port", "-1", "a number from 0 to 65535"),
        ("port", "+1", "a number from 0 to 65535"),
        ("port", "", "a number from 0 to 65535"),
        ("port", "٣", "a number from 0 to 65535"),
        ("fd", "-1", "a descriptor from 0 to 2147483647"),
        ("ppid", "-5", "a process number from 0 to 2147483647"),
        ("ppid", "x", "a process number from 0 to 2147483647"),
        ("max-queue", "1000001", "a number from 0 to 1000000"),
        ("max-connections", "0", "a number from 1 to 60000"),
        ("max-header", "1", "a number of bytes from 2KiB to 1MiB, such as 65536 or 64KiB"),
        ("max-header", "2M", "a number of bytes from 2KiB to 1MiB, such as 65536 or 64KiB"),
        ("max-buffered", "1", "a number of bytes from 64KiB to 1024GiB, such as 65536 or 64KiB"),
        ("header-timeout", "0", "a number of seconds from 0.1 to 86400, such as 1.5"),
        ("body-timeout", "0.05", "a number of seconds from 0.1 to 86400, such as 1.5"),
        ("idle-timeout", "86400.1", "a number of seconds from 0 to 86400, such as 1.5"),
        ("log-level", "loud", "one of error, warning, info, debug"),
        (
            "host", "example.org", "an IPv4 or IPv6 address, or localhost"
        ),
        ("allow-host", "http://a", "a host name without scheme, port or path"),
        ("allow-host", "a:80", "a host name without scheme, port or path"),
        ("allow-origin", "a.org", "an origin without a path, such as 'http://example.org:8080'"),
    ])
    func `A bad value is quoted, and what is expected is named`(
        name: String, value: String, expected: String
    ) throws {
        #expect(
            try message(name, value)
                == "invalid value '\(value)' for '--\(name)': expected \(expected)")
    }

    @Test(
        arguments: [
            ([("max-body", "1G")], 1 << 30, 2 << 30),
            ([("max-buffered", "32M")], 30 << 20, 32 << 20),
            ([("max-body", "480M")], 480 << 20, 512 << 20), ([], 64 << 20, 512 << 20),
            ([("max-buffered", "16M"), ("max-body", "15M")], 15 << 20, 16 << 20),
        ] as [([(String, String)], Int, Int)])
    func `Of the limits of bodies, one that is not given follows the other`(
        given: [(String, String)], body: Int, buffered: Int
    ) throws {
        let configuration = try read([("module", "m"), ("class", "C"), ("port", "1")] + given)
        #expect(configuration.maxBody == body && configuration.maxBuffered == buffered)
    }

    @Test func `A body limit that can never be used is refused`() throws {
        let error = #expect(throws: UsageError.self) {
            try read([
                ("module", "m"), ("class", "C"), ("port", "1"), ("max-buffered", "16M"),
                ("max-body", "16M"),
            ])
        }
        #expect(
            error?.description
                == "'--max-body' (16MiB) does not fit into '--max-buffered' (16MiB), "
                + "a sixteenth of which is kept for small bodies")
    }

    @Test func `Lists grow, and single values are replaced`() throws {
        let configuration = try read([
            ("module", "a"), ("module", "b"), ("class", "C"), ("port", "1"), ("port", "2"),
            ("allow-host", "One"), ("allow-host", "two"), ("allow-origin", "HTTP://x:1"),
        ])
        #expect(configuration.module == "b")
        #expect(configuration.port == 2)
        #expect(configuration.allowedHosts == ["one", "two"])
        #expect(configuration.allowedOrigins == ["http://x:1"])
        #expect(configuration.socketSource == .bind(.standard, 2))
    }

    @Test(
        arguments: [
            (["class", "port"], 0, "option '--module' is required"),
            (["module", "port"], 0, "option '--class' is required"),
            (
                ["module", "class"], 0,
                "no socket to serve: expected '--port', '--fd', '--unix' or a socket from systemd"
            ),
            (
                ["module", "class", "port", "fd"], 0,
                "'--port' and '--fd' cannot be combined: the worker serves one of them, and that of '--unix'"
            ),
            (
                ["module", "class", "port"], 1,
                "'--port' and LISTEN_FDS cannot be combined: the worker serves one of them, and that of '--unix'"
            ),
            (
                ["module", "class", "fd"], 1,
                "'--fd' and LISTEN_FDS cannot be combined: the worker serves one of them, and that of '--unix'"
            ),
            (
                ["module", "class"], 2,
                "systemd passed 2 sockets (LISTEN_FDS), but the worker serves one"
            ),
        ] as [([String], Int, String)])
    func `What is missing or in conflict is named`(
        given: [String], inherited: Int, message: String
    ) throws {
        let error = #expect(throws: UsageError.self) {
            try read(given.map { ($0, "7") }, inherited: inherited)
        }
        #expect(error?.description == message)
    }

    @Test(
        arguments: [
            (["port"], 0, SocketSource.bind(.standard, 7)), (["fd"], 0, .inherited(7)),
            ([], 1, .inherited(3)),
        ] as [([String], Int, SocketSource)])
    func `One socket is in force`(given: [String], inherited: Int, source: SocketSource) throws {
        let given = (["module", "class"] + given).map { ($0, "7") }
        #expect(try read(given, inherited: inherited).socketSource == source)
    }

    @Test(arguments: [[], ["port"], ["fd"]])
    func `A path stands alone or beside another place`(others: [String]) throws {
        let given = [("module", "m"), ("class", "C"), ("unix", "/run/w.sock")]
        let configuration = try read(given + others.map { ($0, "7") })
        #expect(configuration.unixPath == "/run/w.sock")
        #expect((configuration.socketSource == nil) == others.isEmpty)
        #expect(try read(given, inherited: 1).socketSource == .inherited(3))
        let both = try read(given, variables: ["UNIVERSAL_WORKER_PORT": "7"])
        #expect(both.port == 7 && both.unixPath == "/run/w.sock")
    }

    @Test func `A path has a file's name, 107 bytes at most, and is not abstract`() throws {
        let longest = String(repeating: "ä", count: 53) + "a"
        for good in ["a", "/a", "./a/b", "a b", "..a", longest] {
            #expect(try configuration("unix", good).unixPath == good)
        }
        for bad in ["", "/", "a/", ".", "..", "/run/..", "@a", longest + "b"] {
            #expect(throws: UsageError.self) { try configuration("unix", bad) }
        }
    }

    @Test func `A mode is octal and lets the owner in`() throws {
        func mode(_ text: String) throws -> UInt32 {
            try read([("module", "m"), ("class", "C"), ("unix", "a"), ("unix-mode", text)])
                .unixMode.bits
        }
        for (text, bits) in [("600", 0o600), ("0660", 0o660), ("00777", 0o777)]
            as [(String, UInt32)]
        {
            #expect(try mode(text) == bits)
        }
        for bad in ["", "0", "0060", "0400", "01600", "0x600", "384", "+600", "u=rw"] {
            #expect(throws: UsageError.self) { try mode(bad) }
        }
    }

    @Test func `A group is a name that the system knows, or a number`() throws {
        func group(_ text: String) throws -> UInt32? {
            try read([("module", "m"), ("class", "C"), ("unix", "a"), ("unix-group", text)])
                .unixGroup?.number
        }
        #expect(try group("web") == 2_002)
        #expect(try group("0") == 0 && group("4294967294") == 4_294_967_294)
        for (bad, message) in [
            ("ann", "invalid value 'ann' for '--unix-group': this system has no such group"),
            (
                "4294967295",
                "invalid value '4294967295' for '--unix-group': expected the name or the number of a "
                    + "group"
            ),
        ] {
            let error = #expect(throws: UsageError.self) { try group(bad) }
            #expect(error?.description == message)
        }
        #expect(throws: UsageError.isUseless(option: "--unix-group", without: "--unix")) {
            try configuration("unix-group", "web")
        }
    }

    @Test func `Stray arguments are named`() {
        #expect(throws: UsageError.strayArguments(["a", "b"])) {
            try CommandLineReading().finish(
                strays: ["a", "b"], inheritedSockets: 1, lookUp: Self.lookUp)
        }
        #expect(
            UsageError.strayArguments(["a", "b"]).description == "unexpected arguments 'a', 'b'")
        #expect(UsageError.strayArguments(["a"]).description == "unexpected argument 'a'")
    }

    // MARK: - Variables

    private static let required = [("module", "m"), ("class", "C")]

    @Test func `Every option but three and the flags has a variable of its name`() {
        let without = CommandLineTable.options.filter { $0.variable == nil }.map(\.name)
        #expect(without == ["m", "python", "fd", "ppid", "check-config", "help", "version"])
        let variables = CommandLineTable.options.compactMap(\.variable)
        #expect(variables.contains("UNIVERSAL_WORKER_MAX_BODY"))
        #expect(CommandLineTable.complaint(about: variables) == nil)
    }

    @Test func `A variable stands for its option, and an empty one for nothing`() throws {
        let configuration = try read(
            [],
            variables: [
                "UNIVERSAL_WORKER_MODULE": "m", "UNIVERSAL_WORKER_CLASS": "C",
                "UNIVERSAL_WORKER_PORT": "7", "UNIVERSAL_WORKER_MAX_BODY": "1K",
                "UNIVERSAL_WORKER_ALLOW_HOST": "a,B", "UNIVERSAL_WORKER_LOG_LEVEL": "",
            ])
        #expect(configuration.module == "m" && configuration.className == "C")
        #expect(configuration.port == 7 && configuration.maxBody == 1_024)
        #expect(configuration.allowedHosts == ["a", "b"])
        #expect(configuration.logLevel == .info)
    }

    @Test(
        arguments: [
            ("yes", true), ("True", true), ("on", true), ("1", true), ("no", false),
            ("FALSE", false), ("off", false), ("0", false), ("", false),
        ])
    func `The variable of what is on or off says yes or no`(value: String, isOn: Bool) throws {
        let variables = ["UNIVERSAL_WORKER_ACCESS_LOG": value]
        let listen = Self.required + [("port", "1")]
        #expect(try read(listen, variables: variables).logsAccess == isOn)
        #expect(try read(listen + [("access-log", "")], variables: variables).logsAccess)
    }

    @Test func `The command line wins, lists as a whole`() throws {
        let configuration = try read(
            Self.required + [("port", "1"), ("allow-host", "c")],
            variables: [
                "UNIVERSAL_WORKER_MODULE": "x", "UNIVERSAL_WORKER_ALLOW_HOST": "a,b",
                "UNIVERSAL_WORKER_PORT": "nonsense",
            ])
        #expect(configuration.module == "m" && configuration.port == 1)
        #expect(configuration.allowedHosts == ["c"])
    }

    @Test(
        arguments: [([("fd", "5")], 0, SocketSource.inherited(5)), ([], 1, .inherited(3))]
            as [([(String, String)], Int, SocketSource)])
    func `A place to listen takes the place of that of a variable`(
        given: [(String, String)], inherited: Int, source: SocketSource
    ) throws {
        let configuration = try read(
            Self.required + given, variables: ["UNIVERSAL_WORKER_PORT": "1"], inherited: inherited)
        #expect(configuration.socketSource == source)
    }

    @Test(arguments: [
        ("PORT", "x", "a number from 0 to 65535"),
        ("ALLOW_HOST", "a,,b", "a host name without scheme, port or path"),
        ("ACCESS_LOG", "maybe", "yes or no (or true, on, 1; false, off, 0)"),
    ])
    func `A bad value names the variable`(name: String, value: String, expected: String) throws {
        let variable = "UNIVERSAL_WORKER_\(name)"
        let error = #expect(throws: UsageError.self) {
            try read(
                Self.required + [("fd", "3")].filter { _ in name != "PORT" },
                variables: [variable: value])
        }
        #expect(
            error?.description == "invalid value '\(value)' for '\(variable)': expected \(expected)"
        )
    }

    @Test func `One that stands for nothing is named, with what may have been meant`() {
        #expect(
            CommandLineTable.complaint(about: [
                "UNIVERSAL_WORKER_PROT", "UNIVERSAL_WORKER_PYTHON", "UNIVERSAL_WORKER_ELEPHANTS",
            ]) == "there is no option for what the environment has: UNIVERSAL_WORKER_ELEPHANTS, "
                + "UNIVERSAL_WORKER_PROT (did you mean UNIVERSAL_WORKER_PORT?)")
    }

    @Test func `A check tells what is in force and from where, and all that is wrong`() throws {
        func check(
            _ given: [(String, String)], _ variables: [String: String], strays: [String] = []
        ) throws -> ConfigurationReport {
            var reading = CommandLineReading(variables: variables)
            for (name, value) in [("check-config", "")] + given {
                _ = try reading.take(option(name), value: value)
            }
            guard
                case .check(let report) = try reading.finish(
                    strays: strays, inheritedSockets: 0, lookUp: Self.lookUp)
            else { throw NoRun() }
            return report
        }
        let good = try check(Self.required, ["UNIVERSAL_WORKER_PORT": "7"])
        #expect(good.problems == [])
        let lines = good.text.split(separator: "\n")
        #expect(lines[0] == "--module m               command line")
        #expect(lines[2] == "--port 7                 UNIVERSAL_WORKER_PORT")
        #expect(lines.last == "--log-format text        default")
        let bad = try check(
            [("port", "x"), ("max-queue", "-")], ["UNIVERSAL_WORKER_MAX_BODY": "y"], strays: ["z"])
        #expect(
            bad.problems.map { $0.split(separator: ":")[0] } == [
                "invalid value 'x' for '--port'", "invalid value '-' for '--max-queue'",
                "unexpected argument 'z'", "invalid value 'y' for 'UNIVERSAL_WORKER_MAX_BODY'",
                "option '--module' is required", "option '--class' is required",
            ])
    }
}
