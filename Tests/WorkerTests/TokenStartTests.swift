import Glibc
import TestSupport
import Testing

/// Where tokens come from, at the start of a worker and at SIGHUP.
@Suite(.blocking) struct TokenStartTests {
    private static let secret = "secret-of-26-characters-ok"
    private static let plugin = ["--module", "/nonexistent.so", "--class", "C", "--port", "0"]

    private func status(_ worker: LiveWorker, _ token: String?) throws -> Int {
        let headers = token.map { [("Authorization", "Bearer \($0)")] } ?? []
        return try worker.client.request("GET", "/stats", headers: headers).status
    }

    @Test func `A file that is no good ends the worker with 2, and its text is not shown`() throws {
        let tokens = try TokenFixture()
        let folder = tokens.folder
        let open = try folder.write(Self.secret, to: "open")
        unsafe chmod(open, 0o644)
        #expect(unsafe mkfifo(folder.file("pipe"), 0o600) == 0)
        for (path, reason) in [
            (open, "group or others may use it (mode 644): expected mode 600 or 400"),
            (folder.file("pipe"), "it is not a regular file"),
            (folder.path, "it is not a regular file"),
            (folder.file("missing"), "it cannot be read: No such file or directory (ENOENT)"),
            (try folder.write("", to: "empty"), "there is no token: expected 1 to 4"),
            (try folder.write("\(Self.secret) x\n", to: "blank"), "line 1, character 27: expected"),
            (try folder.write("\(Self.secret)\nsecret\n", to: "short"), "line 2 has 6 characters"),
            (try folder.write("\(Self.secret)\u{0}", to: "nul"), "line 1, character 27: expected"),
            (
                try folder.write(String(repeating: "\(Self.secret)\n", count: 5), to: "five"),
                "there are too many tokens: expected 1 to 4"
            ),
            (
                try folder.write(String(repeating: "x", count: 40_000), to: "large"),
                "it is larger than 32768 bytes"
            ),
        ] {
            for check in [[], ["--check-config"]] {
                let process = try WorkerProcess(
                    arguments: check + Self.plugin + ["--token-file", path])
                try process.expectEnd(.exited(2))
                let text = try process.standardError.textAtEnd()
                #expect(text.contains("no tokens can be had from '\(path)': \(reason)"), "\(text)")
                #expect(!text.contains("secret-of"))
            }
        }
    }

    @Test func `A variable that is no token ends the worker with 2, an empty one too`() throws {
        for (value, reason) in [
            ("", "there is no token"), ("too-short", "line 1 has 9 characters"),
            ("\(Self.secret) ", "line 1, character 27"),
        ] {
            let process = try WorkerProcess(
                arguments: Self.plugin, environment: ["UNIVERSAL_WORKER_TOKEN": value])
            try process.expectEnd(.exited(2))
            let text = try process.standardError.textAtEnd()
            #expect(text.contains("from UNIVERSAL_WORKER_TOKEN: \(reason)"), "\(text)")
            #expect(!text.contains("secret-of") && !text.contains("too-short"))
        }
    }

    @Test func `A token of the environment counts, and neither plugin nor /proc nor log has it`()
        throws
    {
        let variables = ["UNIVERSAL_WORKER_TOKEN": Self.secret, "OTHER": "1"]
        let worker = try PythonWorker.start(["--log-level", "debug"], environment: variables)
        #expect(try status(worker, nil) == 401)
        #expect(try status(worker, Self.secret) == 200)
        let seen = try worker.client.request(
            "POST", "/execute", body: #"{"kwargs":{"mode":"variables"}}"#,
            headers: [("Authorization", "Bearer \(Self.secret)")])
        #expect(seen.text == "{\"OTHER\":\"1\"}")
        for process in [worker.process.pid] + worker.facts.grandchildren {
            let environment = ProcessFacts(process).environment
            #expect(environment.contains("OTHER=1"), "\(process)")
            #expect(!environment.contains("secret"))
        }
        worker.process.signal(SIGHUP)
        try worker.process.standardError.line(containing: "SIGHUP: there is nothing to reload")
        try worker.terminate()
        #expect(try !worker.process.standardError.textAtEnd().contains("secret"))
        let check = try WorkerProcess(
            arguments: ["--check-config"] + Self.plugin, environment: variables)
        try check.expectEnd(.exited(0))
        let report = try check.standardOutput.textAtEnd()
        #expect(report.contains("a token that is not shown") && !report.contains("secret"))
    }

    @Test func `A credential of systemd's counts where nothing else is said`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("\(Self.secret)\n", to: "universal-worker.token")
        // As an access control list shows.
        unsafe chmod(path, 0o440)
        let credentials = ["CREDENTIALS_DIRECTORY": folder.path]
        let worker = try WorkerProcess.start("echo", "Echo", environment: credentials)
        #expect(try status(worker, nil) == 401)
        #expect(try status(worker, Self.secret) == 200)
        let tokens = try TokenFixture()
        let other = try WorkerProcess.start(
            "echo", "Echo", tokens.options, environment: credentials)
        #expect(try status(other, Self.secret) == 401)
        #expect(try status(other, TokenFixture.token) == 200)
        let without = try WorkerProcess.start(
            "echo", "Echo", environment: ["CREDENTIALS_DIRECTORY": tokens.folder.path])
        #expect(try status(without, nil) == 200)
        try folder.write("short", to: "universal-worker.token")
        let bad = try WorkerProcess.launch("echo", "Echo", environment: credentials)
        try bad.expectEnd(.exited(2))
        try bad.standardError.line(containing: "no tokens can be had from '\(path)': line 1 has 5")
    }

    @Test func `Tokens change at SIGHUP while requests run, and stay if the file is no good`()
        throws
    {
        let old = TokenFixture.token
        let tokens = try TokenFixture()
        let worker = try WorkerProcess.start("echo", "Echo", tokens.options)
        #expect(try status(worker, old) == 200)
        #expect(try status(worker, Self.secret) == 401)
        func reload(_ said: String) throws {
            worker.process.signal(SIGHUP)
            try worker.process.standardError.line(containing: said)
        }
        try tokens.folder.write("\(old)\n\(Self.secret)\n", to: "tokens")
        try reload("has been read again, tokens: 2")
        #expect(try status(worker, old) == 200)
        #expect(try status(worker, Self.secret) == 200)
        try tokens.folder.write("\(Self.secret)\n", to: "tokens")
        try reload("has been read again, tokens: 1")
        #expect(try status(worker, old) == 401)
        #expect(try status(worker, Self.secret) == 200)
        for spoil in [
            { unsafe chmod(tokens.path, 0o644) }, { unsafe unlink(tokens.path) },
            { unsafe mkfifo(tokens.path, 0o600) },
        ] as [() -> Int32] {
            #expect(spoil() == 0)
            let said = tokens.path + "', and the former ones stay: "
            worker.process.signal(SIGHUP)
            let line = try worker.process.standardError.line(containing: said)
            #expect(line.contains(" error "))
            #expect(try status(worker, old) == 401)
            #expect(try status(worker, Self.secret) == 200)
        }
        try worker.process.standardError.line(containing: "stay: it is not a regular file")
        try worker.terminate(expecting: .exited(0))
        #expect(try !worker.process.standardError.textAtEnd().contains("secret"))
    }

    @Test func `Many SIGHUPs beside requests lose none of them, and the last file counts`() throws {
        let old = TokenFixture.token
        let tokens = try TokenFixture("\(old)\n\(Self.secret)\n")
        let worker = try WorkerProcess.start("echo", "Echo", tokens.options)
        let requests = Background {
            let connection = try worker.client.connect()
            return try (0..<300).allSatisfy { number in
                try connection.send(
                    "POST", "/execute", body: "{\"args\":[\(number)]}",
                    headers: [TokenFixture.header])
                return try connection.readResponse().status == 200
            }
        }
        for _ in 0..<2_000 { worker.process.signal(SIGHUP) }
        #expect(try requests.value())
        try tokens.folder.write("\(Self.secret)\n", to: "tokens")
        worker.process.signal(SIGHUP)
        try worker.process.standardError.line(containing: "has been read again, tokens: 1")
        #expect(try status(worker, old) == 401)
        #expect(worker.facts.threads < 30)
        try worker.terminate(expecting: .exited(0))
    }
}
