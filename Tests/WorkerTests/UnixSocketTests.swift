import Glibc
import TestSupport
import Testing

/// --unix: a socket of the worker's own in the file system.
@Suite(.blocking) struct UnixSocketTests {
    @Test(arguments: [[], ["--port", "0"]])
    func `It is served alone and beside a port, announced, and removed at the end`(more: [String])
        throws
    {
        let notify = try NotifyReceiver(isAbstract: false)
        let folder = try TemporaryFolder()
        let path = folder.file("socket")
        let process = try WorkerProcess(
            arguments: [
                "--module", try Fixture.path("echo"), "--class", "Echo", "--unix", path,
            ] + more, environment: ["NOTIFY_SOCKET": notify.name])
        let line = try process.standardError.line(containing: "listening on ")
        #expect(line.contains("unix:\(path), serving "))
        #expect(line.contains("listening on 127.0.0.1:") == !more.isEmpty)
        #expect(try #require(notify.next()).contains("unix:\(path)"))
        var clients = [HTTPClient(.unix(path))]
        if !more.isEmpty { clients.append(HTTPClient(.tcp(try process.waitUntilListening()))) }
        for client in clients {
            #expect(try client.get("/health").status == 200)
            #expect(try client.execute("{\"a\":1}").text == "{\"args\":[],\"kwargs\":{\"a\":1}}")
        }
        let probe = try WorkerProcess(arguments: ["probe", "unix:\(path)", "--ready"])
        try probe.expectEnd(.exited(0))
        process.signal(SIGTERM)
        try process.expectEnd(.exited(0))
        #expect(folder.names == [])
        #expect(try !process.standardError.textAtEnd().contains("libmicrohttpd"))
    }

    @Test(
        arguments: ["000", "022", "077", "0777"],
        [("0600", 0o600), ("660", 0o660), ("0777", 0o777)])
    func `Its permissions are those asked for, whatever the umask`(
        umask: String, mode: (text: String, bits: UInt32)
    ) throws {
        let worker = try UnixWorker(
            ["--unix-mode", mode.text],
            wrapper: ["/bin/sh", "-c", "umask \(umask); exec \"$@\"", "sh"])
        let status = try #require(worker.folder.status("socket"))
        #expect(status.st_mode & 0o7777 == mode.bits)
        #expect(try #require(worker.folder.status("socket.lock")).st_mode & 0o777 == 0o600)
    }

    @Test(.enabled(if: OtherUser.isPossible, "only root can act as other users"))
    func `Its group is the one asked for, and other users connect as its permissions say`() throws {
        let folder = try TemporaryFolder()
        _ = unsafe chmod(folder.path, 0o755)
        let closed = try UnixWorker(["--unix-group", "54321", "--unix-mode", "0660"], in: folder)
        #expect(folder.status("socket")?.st_gid == 54_321)
        #expect(throws: (any Error).self) {
            try OtherUser.run(OtherUser.stranger) { try closed.client.connect() }
        }
        try closed.terminate(expecting: .exited(0))
        let open = try UnixWorker(["--unix-mode", "0666"], in: folder)
        let response = try OtherUser.run(OtherUser.stranger) { try open.client.get("/health") }
        #expect(response.status == 200)
    }

    @Test func `A worker that was killed leaves a socket that the next one replaces`() throws {
        let first = try UnixWorker()
        first.process.signal(SIGKILL)
        _ = try first.process.waitForExit()
        #expect(first.folder.names == ["socket", "socket.lock"])
        let second = try UnixWorker(in: first.folder)
        #expect(try second.client.get("/health").status == 200)
        try second.terminate(expecting: .exited(0))
        #expect(first.folder.names == [])
    }

    @Test func `A socket that is served stays as it is, and the second worker ends with 3`() throws
    {
        let worker = try UnixWorker()
        let second = try UnixWorker.launch(worker.path)
        try second.expectEnd(.exited(3))
        try second.standardError.line(
            containing:
                "cannot listen on unix:\(worker.path): process \(worker.process.pid) serves it")
        #expect(try worker.client.get("/health").status == 200)

        let folder = try TemporaryFolder()
        let foreign = try Listener.unix(folder.file("socket"))
        let third = try UnixWorker.launch(folder.file("socket"))
        try third.expectEnd(.exited(3))
        try third.standardError.line(containing: "another process serves it already")
        #expect(folder.names == ["socket"])
        foreign.close()
    }

    @Test(arguments: [false, true])
    func `Of workers that start at once exactly one gets the path`(isStale: Bool) throws {
        let folder = try TemporaryFolder()
        let path = folder.file("socket")
        for _ in 0..<3 {
            if isStale { try Listener.unix(path).close() }
            // They bind long before they listen: a plugin takes its time.
            let workers = try (0..<5).map { _ in try UnixWorker.launch(path) }
            let losers = Monitor(0)
            let waiting = workers.map { worker in
                Background { () -> Bool in
                    let line = try worker.standardError.line("outcome") { line in
                        line.contains("listening on unix:")
                            ? true
                            : line.contains("serves it already") ? false : nil
                    }
                    if !line {
                        losers.withLock { $0 += 1 }
                        try worker.expectEnd(.exited(3))
                    }
                    return line
                }
            }
            let winners = try waiting.map { try $0.value() }
            #expect(winners.filter { $0 }.count == 1)
            #expect(losers.withLock { $0 } == 4)
            #expect(try HTTPClient(.unix(path)).get("/health").status == 200)
            for (worker, isWinner) in zip(workers, winners) where isWinner {
                worker.signal(SIGTERM)
                try worker.expectEnd(.exited(0))
            }
            #expect(folder.names == [])
        }
    }

    @Test(arguments: ["file", "folder", "pipe", "link", "link to a socket"])
    func `What is there and is no socket is never removed`(what: String) throws {
        let folder = try TemporaryFolder()
        let path = folder.file("socket")
        switch what {
        case "file": try folder.write("text", to: "socket")
        case "folder": _ = unsafe mkdir(path, 0o700)
        case "pipe": _ = unsafe mkfifo(path, 0o600)
        case "link": try folder.link("socket", to: "nowhere")
        default:
            try Listener.unix(folder.file("other")).close()
            try folder.link("socket", to: "other")
        }
        let before = try #require(folder.status("socket"))
        let names = folder.names
        let process = try UnixWorker.launch(path)
        try process.expectEnd(.exited(3))
        try process.standardError.line(containing: "what is there is no socket")
        #expect(folder.status("socket")?.st_ino == before.st_ino)
        #expect(folder.names == names)
    }

    @Test func `A folder that others may write to is refused, unless it is sticky`() throws {
        let folder = try TemporaryFolder()
        for mode in [0o777, 0o770, 0o702, 0o720] as [mode_t] {
            _ = unsafe chmod(folder.path, mode)
            let process = try UnixWorker.launch(folder.file("socket"))
            try process.expectEnd(.exited(3))
            try process.standardError.line(containing: "may be written to by other users")
            #expect(folder.names == [])
        }
        _ = unsafe chmod(folder.path, 0o1777)
        let worker = try UnixWorker(in: folder)
        #expect(try worker.client.get("/health").status == 200)
    }

    @Test(.enabled(if: OtherUser.isPossible, "only root can give folders away"))
    func `A folder, or a lock, of another user is refused`() throws {
        let folder = try TemporaryFolder()
        _ = unsafe chown(folder.path, OtherUser.stranger, OtherUser.stranger)
        let process = try UnixWorker.launch(folder.file("socket"))
        try process.expectEnd(.exited(3))
        try process.standardError.line(containing: "its folder belongs to user 54321")
        _ = unsafe chown(folder.path, 0, 0)
        let lock = try folder.write("", to: "socket.lock")
        _ = unsafe chown(lock, OtherUser.stranger, OtherUser.stranger)
        let second = try UnixWorker.launch(folder.file("socket"))
        try second.expectEnd(.exited(3))
        try second.standardError.line(containing: "is no file of this user's alone")
        #expect(folder.names == ["socket.lock"])
    }

    @Test func `A lock that is a link leads nowhere`() throws {
        let folder = try TemporaryFolder()
        try folder.link("socket.lock", to: "target")
        let process = try UnixWorker.launch(folder.file("socket"))
        try process.expectEnd(.exited(3))
        #expect(folder.names == ["socket.lock"])
    }

    @Test func `A lock that is another file's second name is refused, and that stays as it is`()
        throws
    {
        let folder = try TemporaryFolder()
        let file = try folder.write("#!/bin/sh\n", to: "script")
        #expect(unsafe chmod(file, 0o755) == 0)
        #expect(unsafe link(file, folder.file("socket.lock")) == 0)
        let process = try UnixWorker.launch(folder.file("socket"))
        try process.expectEnd(.exited(3))
        try process.standardError.line(containing: "is no file of this user's alone")
        #expect(try #require(folder.status("script")).st_mode & 0o777 == 0o755)
        #expect(folder.names == ["script", "socket.lock"])
    }

    @Test func `A path has 107 bytes at most`() throws {
        let folder = try TemporaryFolder()
        let name = String(repeating: "s", count: 107 - folder.path.utf8.count - 1)
        let process = try UnixWorker.launch(folder.file(name))
        try process.standardError.line(containing: "listening on unix:\(folder.file(name)), ")
        #expect(try HTTPClient(.unix(folder.file(name))).get("/health").status == 200)
        let second = try UnixWorker.launch(folder.file(name + "s"))
        try second.expectEnd(.exited(2))
        try second.standardError.line(containing: "expected a path of at most 107 bytes")
    }

    @Test func `A file that has come into its place is not the worker's to remove`() throws {
        let worker = try UnixWorker()
        _ = unsafe unlink(worker.path)
        try worker.folder.write("mine", to: "socket")
        try worker.terminate(expecting: .exited(0))
        #expect(worker.folder.text("socket") == "mine")
        #expect(worker.folder.names == ["socket"])
    }

    @Test func `It is removed whichever way the worker ends but by a kill`() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("socket")
        // The plugin cannot be loaded.
        let unloadable = try UnixWorker.launch(path, fixture: "no_entry", "None")
        try unloadable.expectEnd(.exited(1))
        #expect(folder.names == [])
        // The port is taken.
        let taken = try Listener()
        let second = try UnixWorker.launch(path, ["--port", "\(taken.port)"])
        try second.expectEnd(.exited(3))
        #expect(folder.names == [])
        // The host has gone before it began.
        let third = try UnixWorker.launch(path, ["--ppid", "\(Int32.max)"])
        try third.expectEnd(.exited(5))
        #expect(folder.names == [])
        // Asked twice, while a call runs.
        let gate = try Gate(in: try TemporaryFolder())
        let worker = try UnixWorker(fixture: "lifecycle", "Lifecycle", in: folder)
        let call = try worker.client.connect()
        try call.send("POST", "/execute", body: "{\"kwargs\":{\(gate.kwargs)}}")
        try gate.arrival()
        worker.process.signal(SIGTERM)
        _ = try worker.process.standardError.line(containing: "SIGTERM asks")
        worker.process.signal(SIGTERM)
        _ = try worker.process.waitForExit()
        #expect(folder.names == [])
    }
}
