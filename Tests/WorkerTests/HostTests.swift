import Glibc
import TestSupport
import Testing
import WorkerCore

/// Addresses beyond loopback, which other machines may reach.
@Suite(.blocking) struct HostTests {
    private static let outward = Endpoint.outward.map { IPAddress.ipv4($0).description }
    private static let warning = "other machines may reach"

    @Test(arguments: ["0.0.0.0", "::", "192.0.2.1", "fe80::1"])
    func `One is refused without a token, unless the command line says otherwise`(
        host: String
    ) throws {
        let plugin = ["--module", "/nonexistent.so", "--class", "C", "--host", host]
        for arguments in [["--port", "0"], ["--port", "0", "--check-config"]] {
            let process = try WorkerProcess(arguments: plugin + arguments)
            try process.expectEnd(.exited(2))
            try process.standardError.line(
                containing:
                    "'--host \(host)' lets other machines in, and who reaches the worker runs "
                    + "its plugin: expected a token ('--token-file'), or '--allow-unauthenticated'")
        }
        let tokens = try TokenFixture()
        for more in [tokens.options, ["--allow-unauthenticated"]] {
            let check = try WorkerProcess(
                arguments: plugin + ["--port", "0", "--check-config"] + more)
            try check.expectEnd(.exited(0))
        }
    }

    @Test func `A worker that lets all in says so, and one with a token need not`() throws {
        let tokens = try TokenFixture()
        for (options, warns) in [(["--allow-unauthenticated"], true), (tokens.options, false)] {
            let worker = try WorkerProcess.start("echo", "Echo", ["--host", "0.0.0.0"] + options)
            #expect(try worker.client.get("/health").status == 200)
            #expect(try worker.client.get("/stats").status == (warns ? 200 : 401))
            try worker.terminate(expecting: .exited(0))
            let lines = try worker.process.standardError.textAtEnd().split(separator: "\n")
                .filter { $0.contains(Self.warning) }
            #expect(lines.count == (warns ? 1 : 0))
            #expect(lines.allSatisfy { $0.contains(" warning ") })
        }
    }

    @Test(.enabled(if: HostTests.outward != nil, "this machine has loopback alone"))
    func `The very address that a client connects to is a host, and no other is`() throws {
        let address = try #require(Endpoint.outward)
        let name = try #require(Self.outward)
        let tokens = try TokenFixture()
        let worker = try WorkerProcess.start(
            "echo", "Echo", ["--host", "0.0.0.0", "--allow-host", "gpu.example"] + tokens.options)
        let outside = HTTPClient(.ipv4(address, worker.port))
        func status(
            _ client: HTTPClient, _ host: String, _ headers: [(String, String)] = []
        ) throws -> Int {
            try client.request(
                "GET", "/stats", headers: [("Host", host), TokenFixture.header] + headers
            ).status
        }
        for host in [name, "\(name):\(worker.port)", "\(name):1", "localhost", "gpu.example"] {
            #expect(try status(outside, host) == 200, "\(host)")
        }
        for host in [
            "0.0.0.0", "198.51.100.7", "\(name).nip.io", "0\(name)", "example.com", "[::]",
        ] {
            #expect(try status(outside, host) == 403, "\(host)")
        }
        #expect(try status(worker.client, name) == 403)
        let own = "http://\(name):\(worker.port)"
        #expect(try status(outside, name, [("Origin", own)]) == 200)
        #expect(try status(outside, name, [("Origin", "http://\(name):1")]) == 403)
        #expect(try status(worker.client, "localhost", [("Origin", own)]) == 403)
        #expect(try outside.request("GET", "/health", headers: [("Host", name)]).status == 200)
        #expect(try outside.request("GET", "/stats", headers: [("Host", name)]).status == 401)
        let absolute = try outside.request(
            "GET", "\(own)/stats", headers: [("Host", name), TokenFixture.header])
        #expect(absolute.status == 200)
    }

    @Test(.enabled(if: unsafe access("/proc/net/if_inet6", F_OK) == 0, "there is no IPv6"))
    func `Both families are served at ::, and what comes over IPv4 has its address`() throws {
        let tokens = try TokenFixture()
        let worker = try WorkerProcess.start("echo", "Echo", ["--host", "::"] + tokens.options)
        let client = worker.client
        #expect(try client.get("/health").status == 200)
        #expect(
            try client.request("GET", "/health", headers: [("Host", "[::ffff:127.0.0.1]")]).status
                == 200)
        #expect(try client.request("GET", "/health", headers: [("Host", "[::2]")]).status == 403)
        if let address = Endpoint.outward, let name = Self.outward {
            let outside = HTTPClient(.ipv4(address, worker.port))
            #expect(try outside.request("GET", "/health", headers: [("Host", name)]).status == 200)
        }
    }
}
