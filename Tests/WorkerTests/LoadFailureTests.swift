import TestSupport
import Testing

/// A plugin that cannot be loaded: one FATAL line, exit 1, and no port ever opened.
@Suite(.blocking) struct LoadFailureTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let fixture: String
        let className: String
        /// What the reason has in it, whatever its case; `|` stands between words of which one will do.
        let words: [String]

        init(_ fixture: String, _ className: String, _ words: String...) {
            self.fixture = fixture
            self.className = className
            self.words = words
        }

        var testDescription: String { "\(fixture):\(className)" }
    }

    static let files = [
        Case("directory", "Echo", "directory"),
        Case("empty", "Echo"),
        Case("text", "Echo"),
        Case("fifo", "Echo", "regular|fifo"),
        Case("truncated", "Echo", "trunc|short|incomplete|beyond|cut"),
        Case("truncated_header", "Echo"),
        Case("wrong_machine", "Echo", "aarch64|arm64|machine|architecture"),
        Case("elf32", "Echo", "32|class"),
        Case("missing_dependency", "Echo", "libfixture_gone.so"),
        Case("unresolved", "Echo", "fixture_symbol_that_is_nowhere"),
        Case("no_entry", "Echo", "uw_plugin_entry"),
    ]

    static let entries = [
        Case("refusals", "Nowhere", "Nowhere", "Good", "NewerMajor", "UnknownFlag"),
        Case("refusals", "", "Good"),
        Case("refusals", "good", "Good"),
        Case("refusals", "UnknownSilently", "UnknownSilently"),
        Case("refusals", "NullTable"),
        Case("refusals", "EntryFails", "no such device"),
        Case("refusals", "EntryFailsSilently"),
        Case("refusals", "EntryWrongABI", "needs ABI 9.9"),
        Case("refusals", "EntryOddStatus", "-5"),
        Case("refusals", "EntryPending"),
        Case("throwing", "InEntry", "thrown \"on\" purpose"),
    ]

    static let tables = [
        Case("refusals", "NewerMajor", "abi", "2"),
        Case("refusals", "MajorZero", "abi", "0"),
        Case("refusals", "NewerMinor", "the plugin was built for plugin abi 1."),
        Case("refusals", "TooSmall", "size|small|struct"),
        Case("refusals", "SizeZero", "size|small|struct"),
        Case("refusals", "NoCreate", "create"),
        Case("refusals", "NoExecute", "execute"),
        Case("refusals", "NoDestroy", "destroy"),
        Case("refusals", "BadName", "name", "UTF-8"),
        Case("refusals", "BadVersion", "version", "UTF-8"),
        Case("refusals", "ConcurrencyZero", "max_concurrency", "0"),
        Case("refusals", "ConcurrencyHuge", "max_concurrency", "1000"),
        Case("refusals", "UnknownThreading", "threading", "9"),
    ]

    static let rows = [
        Case("endpoint_rows", "Method", "endpoint 1, 3 /x", "not GET or POST"),
        Case("endpoint_rows", "Run", "endpoint 1, GET /x", "runs '9'"),
        Case("endpoint_rows", "NoPath", "endpoint 1, GET (NULL)", "begins with a slash"),
        Case("endpoint_rows", "NoSlash", "endpoint 1, GET x", "begins with a slash"),
        Case("endpoint_rows", "EmptyPath", "endpoint 1, GET", "begins with a slash"),
        Case("endpoint_rows", "OddByte", "endpoint 1, GET /x{id}", "letters, digits"),
        Case("endpoint_rows", "NotText", "endpoint 1, GET /x", "letters, digits"),
        Case("endpoint_rows", "TooLong", "endpoint 1, GET /pp", "longer than 256 bytes"),
        Case("endpoint_rows", "NoFunction", "endpoint 1, POST /x", "'handle' is NULL"),
        Case("endpoint_rows", "Twice", "endpoint 0", "/good", "endpoint 1 is the same"),
        Case("endpoint_rows", "Own", "endpoint POST /health", "the worker's own"),
        Case("endpoint_rows", "OwnOtherMethod", "/execute", "the worker's own"),
        Case("endpoint_rows", "OwnID", "endpoint GET, HEAD /cancel/x", "the worker's own"),
        Case("endpoint_rows", "HookPath", "endpoint 1, POST /prefetch", "path of a hook"),
        Case("endpoint_rows", "TooMany", "65 endpoints", "64"),
        Case("endpoint_rows", "NullRows", "endpoint_count is 2", "NULL"),
        Case("endpoint_rows", "ShortRows", "endpoint_size is 24", "32"),
        Case("endpoint_rows", "BlankName", "header name 1, 'a b'"),
        Case("endpoint_rows", "NullName", "header name 0"),
        Case("endpoint_rows", "LongName", "header name 0", "64 bytes"),
        Case("endpoint_rows", "ManyNames", "33 headers", "32"),
        Case("endpoint_rows", "NullNames", "header_name_count is 1", "NULL"),
    ]

    static let creations = [
        Case("refusals", "CreateFails", "no licence"),
        Case("refusals", "CreateFailsSilently", "create"),
        Case("refusals", "CreateFailsOddly", "status", "77"),
        Case("throwing", "InCreate", "thrown \"on\" purpose"),
        Case("printing", "PrintsAndFails", "printed first"),
    ]

    @Test(arguments: files + entries)
    func `A library that cannot be opened is explained on one line, with exit code 1`(failure: Case)
        throws
    { try check(failure) }

    @Test(arguments: tables + rows + creations)
    func `A table or a create at fault is explained on one line, with exit code 1`(failure: Case)
        throws
    { try check(failure) }

    @Test func `A file that is not there is named`() throws {
        let folder = try TemporaryFolder()
        try check(
            path: folder.file("nowhere.so"), Case("nowhere", "Echo", "does not exist"))
    }

    @Test func `A library that points at itself does not loop`() throws {
        let folder = try TemporaryFolder()
        try folder.link("loop.so", to: "loop.so")
        try check(path: folder.file("loop.so"), Case("loop", "Echo"))
    }

    @Test func `The port refuses connections until the plugin has been created`() throws {
        let folder = try TemporaryFolder()
        let gate = try Gate(in: folder)
        let kept = try Listener(listening: false)
        let port = kept.port
        let process = try WorkerProcess(
            arguments: [
                "--module", try Fixture.path("lifecycle"), "--class", "Lifecycle",
                "--port", "\(port)",
            ],
            environment: gate.environment("CREATE"))
        try gate.arrival()
        kept.descriptor.close()
        #expect(throws: TestFailure.self) { try Endpoint.tcp(port).connect() }
        #expect(throws: TestFailure.self) { try Listener(port: port) }
        try gate.release()
        #expect(try process.waitUntilListening() == port)
        #expect(try HTTPClient(.tcp(port)).get("/health").status == 200)
    }

    private func check(_ failure: Case) throws {
        try check(path: try Fixture.path(failure.fixture), failure)
    }

    private func check(path: String, _ failure: Case) throws {
        let kept = try Listener(listening: false)
        let port = kept.port
        let process = try WorkerProcess(arguments: [
            "--module", path, "--class", failure.className, "--port", "\(port)",
        ])
        var connected = false
        let deadline = Deadline()
        while process.isRunning && !connected && !deadline.hasPassed {
            connected = (try? Endpoint.tcp(port).connect()) != nil
        }
        #expect(!connected, "a port was open though nothing could be loaded")
        try process.expectEnd(.exited(1))
        withExtendedLifetime(kept) {}

        let output = try process.standardOutput.textAtEnd()
        #expect(output.hasPrefix("FATAL: Failed to load \(path):\(failure.className) - "))
        #expect(output.hasSuffix("\n"))
        #expect(output.utf8.count { $0 == UInt8(ascii: "\n") } == 1, "\(output)")
        let reason = output.lowercased()
        for word in failure.words {
            let found = word.lowercased().split(separator: "|").contains { reason.contains($0) }
            #expect(found, "no \(word) in: \(output)")
        }
    }
}
