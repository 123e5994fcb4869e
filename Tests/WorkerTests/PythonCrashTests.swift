import Glibc
import TestSupport
import Testing

/// What is known of a Python that died in C code: its stack, and the call that ran.
@Suite(.blocking) struct PythonCrashTests {
    /// A way to die, the signal that it is, what Python calls it, and the function that it tells of.
    private static let ways = [
        ("fault", SIGSEGV, "Segmentation fault", "crash_by"),
        ("abort", SIGABRT, "Aborted", "crash_by"),
        // Of a deep stack Python tells the last hundred.
        ("deep", SIGSEGV, "Segmentation fault", "<lambda>"),
    ]

    private func crash(_ worker: LiveWorker, _ how: String, _ more: String = "") throws
        -> HTTPConnection
    {
        let connection = try worker.client.connect()
        try connection.send(
            "POST", "/execute", body: "{\"kwargs\":{\"mode\":\"crash\",\"how\":\"\(how)\"\(more)}}",
            headers: [("X-Request-Id", "deadly")])
        return connection
    }

    @Test(arguments: ways)
    func `Python's stack stands above the line that tells of its death in C code`(
        how: String, signal: Int32, name: String, function: String
    ) throws {
        let worker = try PythonWorker.start()
        let connection = try crash(worker, how)
        #expect(throws: (any Error).self) { try connection.readResponse() }
        try worker.process.expectEnd(.signalled(signal))
        let text = try worker.process.standardError.textAtEnd()
        let title = try #require(text.firstRange(of: "Fatal Python error: \(name)"), "\(text)")
        let stack = text[title.upperBound...]
        let frame = try #require(stack.firstRange(of: " in \(function)\n"), "\(text)")
        #expect(stack[frame.upperBound...].contains("was ended by signal \(signal) "), "\(text)")
        #expect(stack[frame.upperBound...].contains("; running: /execute deadly ("), "\(text)")
    }

    @Test(arguments: ways)
    func `In JSON each line of the stack names the call, before its client hears of the death`(
        how: String, signal: Int32, name: String, function: String
    ) throws {
        let worker = try PythonWorker.start(["--log-format", "json", "--on-crash", "restart"])
        let connection = try crash(worker, how)
        #expect(try connection.readResponse().status == 500)
        let log = worker.process.standardError
        try log.line(containing: "was ended by signal \(signal) ")
        let lines = log.text.split(separator: "\n").prefix { !$0.contains("was ended by signal ") }
            .filter { $0.contains("plugin stderr: ") }
        #expect(lines.contains { $0.contains("Fatal Python error: \(name)") }, "\(lines)")
        #expect(lines.contains { $0.contains(" in \(function)\"") }, "\(lines)")
        #expect(lines.allSatisfy { $0.hasSuffix(",\"call\":\"deadly\"}") }, "\(lines)")
    }

    @Test func `A plugin that has taken the stacks for itself gets them`() throws {
        let folder = try TemporaryFolder()
        let worker = try PythonWorker.start()
        let connection = try crash(worker, "fault", ",\"own\":\"\(folder.file("stacks"))\"")
        #expect(throws: (any Error).self) { try connection.readResponse() }
        try worker.process.expectEnd(.signalled(SIGSEGV))
        #expect(folder.text("stacks").contains(" in crash_by\n"))
        #expect(try !worker.process.standardError.textAtEnd().contains("crash_by"))
    }
}
