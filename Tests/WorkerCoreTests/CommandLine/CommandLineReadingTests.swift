import Testing

@testable import WorkerCore

@Suite struct CommandLineReadingTests {
    private func option(_ name: String) throws -> CommandLineOption {
        try #require(CommandLineTable.options.first { $0.name == name })
    }

    /// What an option makes of a value, starting from the defaults plus what is required.
    private func configuration(_ name: String, _ value: String) throws -> Configuration {
        var reading = CommandLineReading()
        for (name, value) in [("module", "m"), ("class", "C"), ("port", "8000"), (name, value)] {
            _ = try reading.take(option(name), value: value)
        }
        return try reading.finish(strays: [], inheritedSockets: 0)
    }

    private func message(_ name: String, _ value: String) throws -> String {
        let option = try option(name)
        let error = #expect(throws: UsageError.self) {
            var reading = CommandLineReading()
            _ = try reading.take(option, value: value)
        }
        return try #require(error).description
    }

    @Test(arguments: [
        ("1", 1), ("4096", 4_096), ("64K", 65_536), ("64KiB", 65_536), ("3M", 3 << 20),
        ("3MiB", 3 << 20), ("2G", 2 << 30), ("2GiB", 2 << 30), ("2gib", 2 << 30), ("007", 7),
    ])
    func `Sizes count in powers of 1024`(text: String, bytes: Int) throws {
        #expect(try configuration("max-body", text).maxBody == bytes)
        #expect(try configuration("max-buffered", text).maxBuffered == bytes)
    }

    @Test(arguments: [
        "", "0", "0K", "-1", "+1", "1.5M", "K", "1KB", "1 K", "1T", "9223372036854775807K",
        "99999999999999999999",
    ])
    func `Other sizes are refused`(text: String) throws {
        #expect(
            try message("max-body", text)
                == "invalid value '\(text)' for '--max-body': a positive number of bytes is due, "
                + "perhaps with K, M, G, KiB, MiB or GiB")
    }

    @Test(arguments: [
        ("0", 0), ("1.2", 1_200), ("1.5", 1_500), (".25", 250), ("10", 10_000),
        ("86400", 86_400_000),
    ])
    func `Seconds may have decimals`(text: String, milliseconds: Int) throws {
        #expect(
            try configuration("shutdown-grace", text).shutdownGrace == .milliseconds(milliseconds))
    }

    @Test(arguments: ["", ".", "-1", "inf", "nan", "1e3", "0x1", "86401", "1.2.3", "1s"])
    func `Other seconds are refused`(text: String) throws {
        #expect(
            try message("shutdown-grace", text).hasPrefix(
                "invalid value '\(text)' for '--shutdown-grace'"))
    }

    @Test(arguments: [
        ("port", "abc", "a number from 0 to 65535 is due"),
        ("port", "65536", "a number from 0 to 65535 is due"),
        ("port", "-1", "a number from 0 to 65535 is due"),
        ("port", "+1", "a number from 0 to 65535 is due"),
        ("port", "", "a number from 0 to 65535 is due"),
        ("port", "٣", "a number from 0 to 65535 is due"),
        ("fd", "-1", "a descriptor from 0 to 2147483647 is due"),
        ("ppid", "-5", "a process number from 0 to 2147483647 is due"),
        ("ppid", "x", "a process number from 0 to 2147483647 is due"),
        ("max-queue", "1000001", "a number from 0 to 1000000 is due"),
        ("log-level", "loud", "error, warning, info, debug is due"),
        (
            "host", "0.0.0.0",
            "a loopback address is due (127.0.0.0/8, ::1 or localhost), since whoever reaches the "
                + "worker may run its plugin"
        ),
        ("allow-host", "http://a", "a host name without scheme, port and path is due"),
        ("allow-host", "a:80", "a host name without scheme, port and path is due"),
        (
            "allow-origin", "a.org",
            "an origin such as 'http://example.org:8080', without a path, is due"
        ),
    ])
    func `A bad value is quoted and what is due is named`(name: String, value: String, due: String)
        throws
    {
        #expect(try message(name, value) == "invalid value '\(value)' for '--\(name)': \(due)")
    }

    @Test func `Lists grow, and single values are replaced`() throws {
        var reading = CommandLineReading()
        for (name, value) in [
            ("module", "a"), ("module", "b"), ("class", "C"), ("port", "1"), ("port", "2"),
            ("allow-host", "One"), ("allow-host", "two"), ("allow-origin", "HTTP://x:1"),
        ] {
            #expect(try reading.take(option(name), value: value) == nil)
        }
        let configuration = try reading.finish(strays: [], inheritedSockets: 0)
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
                "no socket to serve: one of '--port', '--fd' is due, or a socket from systemd"
            ),
            (
                ["module", "class", "port", "fd"], 0,
                "'--port' and '--fd' exclude each other: one socket is served"
            ),
            (
                ["module", "class", "port"], 1,
                "'--port' and LISTEN_FDS exclude each other: one socket is served"
            ),
            (
                ["module", "class", "fd"], 1,
                "'--fd' and LISTEN_FDS exclude each other: one socket is served"
            ),
            (["module", "class"], 2, "LISTEN_FDS hands over 2 sockets, and one is served"),
        ] as [([String], Int, String)])
    func `What is missing or in conflict is named`(
        given: [String], inherited: Int, message: String
    ) throws {
        var reading = CommandLineReading()
        for name in given { _ = try reading.take(option(name), value: "7") }
        let finished = reading
        let error = #expect(throws: UsageError.self) {
            try finished.finish(strays: [], inheritedSockets: inherited)
        }
        #expect(error?.description == message)
    }

    @Test(
        arguments: [
            (["port"], 0, SocketSource.bind(.standard, 7)), (["fd"], 0, .inherited(7)),
            ([], 1, .inherited(3)),
        ] as [([String], Int, SocketSource)])
    func `One socket is in force`(given: [String], inherited: Int, source: SocketSource) throws {
        var reading = CommandLineReading()
        for name in ["module", "class"] + given { _ = try reading.take(option(name), value: "7") }
        #expect(try reading.finish(strays: [], inheritedSockets: inherited).socketSource == source)
    }

    @Test func `Stray arguments are named`() {
        let reading = CommandLineReading()
        #expect(throws: UsageError.strayArguments(["a", "b"])) {
            try reading.finish(strays: ["a", "b"], inheritedSockets: 1)
        }
        #expect(
            UsageError.strayArguments(["a", "b"]).description == "unexpected arguments 'a', 'b'")
        #expect(UsageError.strayArguments(["a"]).description == "unexpected argument 'a'")
    }
}
