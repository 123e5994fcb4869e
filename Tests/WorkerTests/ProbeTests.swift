import TestSupport
import Testing

/// The client for health checks: `universal-worker probe`.
@Suite(.blocking) struct ProbeTests {
    private func probe(_ arguments: String...) throws -> (WorkerProcess.Ending, String) {
        let process = try WorkerProcess(arguments: ["probe"] + arguments)
        return (try process.waitForExit(), try process.standardError.textAtEnd())
    }

    @Test func `A worker that lives and one that is ready are told from one that is not`() throws {
        let process = try PythonWorker.launch("Aware")
        let url = "http://127.0.0.1:\(try process.waitUntilListening())"
        #expect(try probe(url) == (.exited(0), ""))
        let reason = #"{"status":"not_ready","reason":"the plugin is not ready: not initialized"}"#
        #expect(
            try probe(url, "--ready")
                == (.exited(1), "universal-worker: /health/ready answers 503: \(reason)\n"))
        let client = HTTPClient(.tcp(try process.waitUntilListening()))
        #expect(try client.post("/initialize", "{}").status == 200)
        #expect(try probe(url, "--ready") == (.exited(0), ""))
    }

    @Test func `A worker is reached by a Unix socket`() throws {
        let folder = try TemporaryFolder()
        let socket = try Listener.unix(folder.file("socket"))
        let process = try WorkerProcess(
            arguments: ["--module", try Fixture.path("echo"), "--class", "Echo", "--fd", "3"],
            inherited: [socket])
        socket.close()
        _ = try process.standardError.line(containing: "listening on")
        #expect(try probe("unix:\(folder.file("socket"))", "--ready") == (.exited(0), ""))
    }

    @Test func `No answer is 3, whether none listens or one is silent`() throws {
        let closed = try Listener(listening: false)
        let (ending, reason) = try probe("http://127.0.0.1:\(closed.port)")
        #expect(ending == .exited(3))
        #expect(reason.hasPrefix("universal-worker: cannot connect: Connection refused"))
        let silent = try Listener()
        #expect(
            try probe("http://127.0.0.1:\(silent.port)", "--timeout", "0.1")
                == (.exited(3), "universal-worker: no answer within the time (--timeout)\n"))
    }

    @Test func `A wrong command line is 2`() throws {
        let (ending, reason) = try probe()
        #expect(ending == .exited(2))
        #expect(reason.hasPrefix("universal-worker: nothing to probe: expected "))
    }
}
