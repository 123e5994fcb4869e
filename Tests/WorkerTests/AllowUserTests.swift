import Glibc
import TestSupport
import Testing

/// --allow-user: which users of the machine are served, over TCP and on Unix sockets.
@Suite(.blocking) struct AllowUserTests {
    private static let onlyRoot: Comment = "only root can act as other users"

    /// A worker that admits one other user, with a path that all may connect to, and a port.
    private func start(_ options: [String] = []) throws -> (
        worker: UnixWorker, unix: HTTPClient, tcp: HTTPClient, port: UInt16
    ) {
        let folder = try TemporaryFolder()
        _ = unsafe chmod(folder.path, 0o755)
        let worker = try UnixWorker(
            ["--unix-mode", "0666", "--port", "0", "--allow-user", "\(OtherUser.friend)"] + options,
            in: folder)
        let port = try worker.process.waitUntilListening()
        return (worker, worker.client, HTTPClient(.tcp(port)), port)
    }

    private func expectRefusal(_ response: HTTPResponse) {
        #expect(response.status == 403 && response.isDetail)
        #expect(response.text.contains("--allow-user"))
        #expect(response.headers["Connection"] == "close")
    }

    /// How many requests of an endpoint have ended, whatever came of them.
    private func requests(_ endpoint: String, _ client: HTTPClient) throws -> Int {
        try client.get("/metrics").text.split(separator: "\n").filter {
            $0.hasPrefix("universal_worker_requests_total{endpoint=\"\(endpoint)\"")
        }.compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }.reduce(0, +)
    }

    @Test func `The worker's own user is admitted on both without being named`() throws {
        let (worker, unix, tcp, _) = try start()
        for client in [unix, tcp] { #expect(try client.execute("{}").status == 200) }
        try worker.terminate(expecting: .exited(0))
    }

    @Test(.enabled(if: OtherUser.isPossible, onlyRoot))
    func `A user who is named is served, and another gets 403 and the end of the connection`()
        throws
    {
        let (worker, unix, tcp, _) = try start()
        for client in [unix, tcp] {
            for _ in 0..<2 {
                let served = try OtherUser.run(OtherUser.friend) { try client.execute("{}") }
                #expect(served.status == 200)
            }
            for path in ["/health", "/execute", "/nowhere"] {
                let connection = try OtherUser.run(OtherUser.stranger) { try client.connect() }
                try connection.send("POST", path, body: "{}")
                expectRefusal(try connection.readResponse())
                #expect(try connection.isClosedByServer())
            }
        }
        #expect(try requests("/execute", unix) == 4)
        try worker.terminate(expecting: .exited(0))
        let told = try worker.process.standardError.textAtEnd().split(separator: "\n")
            .filter { $0.contains("a request was refused with 403: The user behind") }
        #expect(told.count == 1)
    }

    @Test(.enabled(if: OtherUser.isPossible, onlyRoot))
    func `A user of an inherited Unix socket is known as well`() throws {
        let folder = try TemporaryFolder()
        _ = unsafe chmod(folder.path, 0o755)
        let path = folder.file("socket")
        let socket = try Listener.unix(path)
        _ = unsafe chmod(path, 0o666)
        let process = try WorkerProcess(
            arguments: [
                "--module", try Fixture.path("echo"), "--class", "Echo", "--fd", "3",
                "--allow-user", "root,\(OtherUser.friend)",
            ], inherited: [socket])
        socket.close()
        _ = try process.standardError.line(containing: "listening on")
        let client = HTTPClient(.unix(path))
        #expect(try OtherUser.run(OtherUser.friend) { try client.get("/health") }.status == 200)
        expectRefusal(try OtherUser.run(OtherUser.stranger) { try client.get("/health") })
    }

    @Test(
        .enabled(if: OtherUser.isPossible, onlyRoot),
        arguments: ["IPv6", "IPv4 to a socket of both", "IPv4 by a socket of IPv6"])
    func `Users are known over IPv6, and over IPv4 that is mapped into it`(way: String) throws {
        let arguments = [
            "--module", try Fixture.path("echo"), "--class", "Echo", "--allow-user",
            "\(OtherUser.friend)",
        ]
        let process: WorkerProcess
        let address: String
        switch way {
        case "IPv6":
            process = try WorkerProcess(arguments: arguments + ["--host", "::1", "--port", "0"])
            address = "::1"
        case "IPv4 to a socket of both":
            process = try WorkerProcess(
                arguments: arguments + ["--fd", "3"], inherited: [try IPv6.listener()])
            address = "::ffff:127.0.0.1"
        default:
            process = try WorkerProcess(arguments: arguments + ["--port", "0"])
            address = "::ffff:127.0.0.1"
        }
        let port = try process.standardError.line("announced port") { line -> UInt16? in
            guard let start = line.firstRange(of: "listening on "),
                let end = line.firstRange(of: ", serving"),
                let colon = line[..<end.lowerBound].lastIndex(of: ":"), colon > start.upperBound
            else { return nil }
            return UInt16(line[line.index(after: colon)..<end.lowerBound])
        }
        func status(_ user: uid_t) throws -> Int {
            let connection = HTTPConnection(
                try OtherUser.run(user) { try IPv6.connect(address, port) })
            try connection.send("GET", "/health")
            return try connection.readResponse().status
        }
        #expect(try status(OtherUser.friend) == 200)
        #expect(try status(OtherUser.stranger) == 403)
    }

    @Test(.enabled(if: OtherUser.isPossible, onlyRoot), arguments: ["close", "reset"])
    func `A client that has gone before it was looked at is not taken for root`(how: String) throws
    {
        let (worker, unix, tcp, port) = try start()
        // The kernel accepts for the worker, which sees the connection when its client has gone.
        worker.process.signal(SIGSTOP)
        let client = try OtherUser.run(OtherUser.stranger) { try BoundClient(to: port) }
        let connection = HTTPConnection(client.descriptor)
        try connection.send("POST", "/execute", body: "{}")
        if how == "close" {
            connection.close()
            try client.waitUntilItReadsAsRoots()
        } else {
            connection.reset()
        }
        worker.process.signal(SIGCONT)
        // It is accepted before this one.
        #expect(try tcp.get("/health").status == 200)
        #expect(try requests("/execute", unix) == 0)
        try worker.terminate(expecting: .exited(0))
    }

    @Test(.enabled(if: OtherUser.isPossible, onlyRoot))
    func `A port that an admitted user has after another one admits nothing of that one's`() throws
    {
        let (worker, unix, _, port) = try start()
        worker.process.signal(SIGSTOP)
        let first = try OtherUser.run(OtherUser.stranger) { try BoundClient(to: port) }
        let connection = HTTPConnection(first.descriptor)
        try connection.send("POST", "/execute", body: "{}")
        connection.reset()
        let second = try BoundClient(to: port, from: first.port)
        worker.process.signal(SIGCONT)
        let next = HTTPConnection(second.descriptor)
        try next.send("GET", "/health")
        #expect(try next.readResponse().status == 200)
        #expect(try requests("/execute", unix) == 0)
    }

    @Test(.enabled(if: OtherUser.isPossible, onlyRoot))
    func `The user is looked at after the framing, the number of connections and the Host`() throws
    {
        let (worker, unix, tcp, _) = try start(["--max-connections", "1"])
        func ask(_ bytes: String) throws -> String {
            let connection = try OtherUser.run(OtherUser.stranger) { try tcp.connect() }
            try connection.send(bytes)
            return String(decoding: try connection.readToEnd(), as: UTF8.self)
        }
        let bad = "GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n"
        let foreign = "POST /execute HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 2\r\n\r\n{}"
        let good = "GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n"
        #expect(try ask(bad).hasPrefix("HTTP/1.1 400 "))
        #expect(try ask(foreign).contains("The Host header names another machine"))
        #expect(try ask(good).contains("--allow-user"))
        let held = try unix.connect()
        try held.send("GET", "/health")
        #expect(try held.readResponse().status == 200)
        #expect(try ask(bad).hasPrefix("HTTP/1.1 400 "))
        for bytes in [foreign, good] { #expect(try ask(bytes).hasPrefix("HTTP/1.1 503 ")) }
        held.close()
        try worker.terminate(expecting: .exited(0))
    }

    @Test(.enabled(if: OtherUser.isPossible, onlyRoot))
    func `Without the option every user is served over TCP`() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let response = try OtherUser.run(OtherUser.stranger) { try worker.client.get("/health") }
        #expect(response.status == 200)
    }

    @Test func `A user whom the system does not know is a wrong command line`() throws {
        for bad in ["no-such-user", "", "-1", "4294967295", "root,"] {
            let process = try WorkerProcess(arguments: [
                "--module", "m", "--class", "C", "--port", "0", "--allow-user=\(bad)",
            ])
            try process.expectEnd(.exited(2))
            try process.standardError.line(containing: "for '--allow-user'")
        }
    }
}

/// A connection to a port of 127.0.0.1 from a port of one's own choice.
private struct BoundClient {
    let descriptor: Descriptor
    let port: UInt16

    /// Connects, from a port that may have been another client's.
    ///
    /// That one's connection may outlast its close: what another test forks meanwhile has it until it executes.
    init(to server: UInt16, from port: UInt16 = 0) throws {
        let deadline = Deadline()
        while true {
            let listener = try Listener(port: port, listening: false)
            let raw = listener.descriptor.raw
            let result = unsafe IPv6.withIPv4Loopback(server) { unsafe Glibc.connect(raw, $0, $1) }
            if result == 0 {
                descriptor = listener.descriptor
                self.port = listener.port
                return
            }
            guard errno == EADDRNOTAVAIL, !deadline.hasPassed else {
                throw TestFailure("connect: \(errorText())")
            }
            sched_yield()
        }
    }

    /// Waits until the kernel knows of no owner of this end any more, which is closed.
    func waitUntilItReadsAsRoots() throws {
        let deadline = Deadline()
        let end = "0100007F:" + String(port, radix: 16, uppercase: true)
        while !deadline.hasPassed {
            let file = try Descriptor(
                unsafe open("/proc/net/tcp", O_RDONLY | O_CLOEXEC), from: "open /proc/net/tcp")
            var text: [UInt8] = []
            while case let part = try file.read(1 << 16), !part.isEmpty { text += part }
            let row = String(decoding: text, as: UTF8.self).split(separator: "\n")
                .map { $0.split(separator: " ") }.first { $0.count > 9 && $0[1] == end }
            // The columns of the user and of the inode.
            if row.map({ $0[7] == "0" && $0[9] == "0" }) ?? true { return }
            sched_yield()
        }
        throw TestFailure("the socket of \(port) still has an owner")
    }
}

/// Sockets of IPv6, as tests of addresses need them.
private enum IPv6 {
    /// One that takes connections of both versions, on any address.
    static func listener() throws -> Descriptor {
        let socket = try Descriptor(
            Glibc.socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0), from: "socket")
        var off: Int32 = 0
        unsafe setsockopt(
            socket.raw, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &off,
            socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        let raw = socket.raw
        guard unsafe withAddress(&address, { unsafe bind(raw, $0, $1) }) == 0, listen(raw, 16) == 0
        else { throw TestFailure("bind: \(errorText())") }
        return socket
    }

    /// A connection to a port of an address, which may be one of IPv4 that is mapped.
    static func connect(_ host: String, _ port: UInt16) throws -> Descriptor {
        let socket = try Descriptor(
            Glibc.socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0), from: "socket")
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        unsafe inet_pton(AF_INET6, host, &address.sin6_addr)
        let raw = socket.raw
        guard unsafe withAddress(&address, { unsafe Glibc.connect(raw, $0, $1) }) == 0 else {
            throw TestFailure("connect to \(host): \(errorText())")
        }
        return socket
    }

    static func withIPv4Loopback(
        _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr = in_addr(s_addr: in_addr_t(0x7f00_0001).bigEndian)
        return unsafe withAddress(&address, body)
    }

    private static func withAddress<Address>(
        _ address: inout Address, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }
}
