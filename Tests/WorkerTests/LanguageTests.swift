import Glibc
import TestSupport
import Testing

/// Plugins in languages whose compiler may be missing here: their fixtures are built where it is.
@Suite(.blocking) struct LanguageTests {
    /// Whether a compiler is on PATH; what the Makefile of the fixtures asks.
    private static func has(_ compiler: String) -> Bool {
        guard let path = unsafe getenv("PATH") else { return false }
        return unsafe String(cString: path).split(separator: ":").contains {
            unsafe access("\($0)/\(compiler)", X_OK) == 0
        }
    }

    @Test(.enabled(if: has("rustc"), "rustc is not installed"))
    func `A plugin in Rust runs, and its panic stays inside`() throws {
        let worker = try WorkerProcess.start("rust_echo", "Echo")
        #expect(try worker.client.execute("{\"a\":[1]}").text == "{\"a\":[1]}")
        #expect(try worker.client.execute("{\"panic\":1}").status == 500)
        #expect(try worker.client.get("/health").status == 200)
    }

    @Test(.enabled(if: has("go"), "go is not installed"))
    func `A plugin in Go runs beside itself, is cancelled, and its panic stays inside`() throws {
        let worker = try WorkerProcess.start("go_echo", "Echo")
        let waiting = try worker.begin("waiting", "{\"wait\":1}")
        for _ in 0..<20 {
            #expect(try worker.client.execute("{\"a\":[1]}").text == "{\"a\":[1]}")
        }
        let failed = try worker.client.execute("{\"panic\":1}")
        #expect(failed.status == 500 && failed.text.contains("panic: asked for"), "\(failed.text)")
        #expect(try worker.client.post("/cancel/waiting").status == 200)
        #expect(try waiting.readResponse().status == 409)
        try worker.terminate(expecting: .exited(0))
    }

    @Test(.enabled(if: has("go"), "go is not installed"))
    func `The signals that end a worker are not Go's, and its crash report comes all the same`()
        throws
    {
        let held = try WorkerProcess.start("go_echo", "Echo")
        #expect(try held.client.execute("{}").text == "{}")
        for signal in [SIGHUP, SIGUSR1, SIGURG, SIGPIPE] { held.process.signal(signal) }
        #expect(try held.client.get("/health").status == 200)
        held.process.signal(SIGSEGV)
        // Go's handler raises it again; on a thread of Go's own it has the process abort.
        let ending = try held.process.waitForExit()
        #expect([.signalled(SIGSEGV), .signalled(SIGABRT)].contains(ending))
        try held.process.standardError.line(containing: "(SI_TKILL), sent by process ")
        try held.process.standardError.line(containing: "CRASH: #0 ")
    }

    @Test(.enabled(if: has("go"), "go is not installed"))
    func `A panic in a goroutine ends the worker by SIGABRT, with Go's stack and the crash report`()
        throws
    {
        let worker = try WorkerProcess.start("go_echo", "Echo")
        let connection = try worker.client.connect()
        try connection.send(
            "POST", "/execute", body: "{\"kwargs\":{\"goroutine\":1}}",
            headers: [("X-Request-Id", "deadly")])
        #expect(throws: (any Error).self) { try connection.readResponse() }
        try worker.process.expectEnd(.signalled(SIGABRT))
        let text = try worker.process.standardError.textAtEnd()
        let stack = try #require(text.firstRange(of: "goroutine "), "\(text)")
        let rest = text[stack.upperBound...]
        #expect(rest.contains("main.echo_execute") && rest.contains("CRASH: SIGABRT"), "\(text)")
        #expect(rest.contains("CRASH: running call deadly for "), "\(text)")
    }
}
