import TestSupport
import Testing

/// Loopback is not private: a web page may reach it, by name (DNS rebinding) or by POST.
@Suite("A request from a web page", .blocking)
struct OriginTests {
    @Test(
        "reaches the worker under a loopback name or address",
        arguments: [
            "localhost", "LOCALHOST", "localhost:80", "127.0.0.1", "127.0.0.1:65535", "127.8.9.1",
            "[::1]", "[::1]:8080",
        ])
    func goodHosts(host: String) throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let response = try worker.client.request("GET", "/health", headers: [("Host", host)])
        #expect(response.status == 200)
    }

    @Test(
        "is refused with 403 under any other name",
        arguments: [
            "example.com", "example.com:80", "localhost.example.com", "127.0.0.1.example.com",
            "127.0.0.1.nip.io", "192.168.0.1", "0.0.0.0", "128.0.0.1", "evil-localhost", "[::2]",
            "2130706433", "localhost@example.com",
        ])
    func badHosts(host: String) throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        for path in ["/health", "/nowhere"] {
            let response = try worker.client.request("GET", path, headers: [("Host", host)])
            #expect(response.status == 403)
        }
        let response = try worker.client.request(
            "POST", "/execute", body: "{}", headers: [("Host", host)])
        #expect(response.status == 403)
        #expect(response.isDetail)
    }

    @Test(
        "is refused with 403 from another origin",
        arguments: [
            "https://example.com", "http://localhost:1", "http://127.0.0.1", "null", "",
            "http://localhost.example.com", "file://",
        ])
    func badOrigins(origin: String) throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let response = try worker.client.request(
            "POST", "/execute", body: "{}", headers: [("Origin", origin)])
        #expect(response.status == 403)
        #expect(response.isDetail)
    }

    @Test("is served from the worker's own origin")
    func ownOrigin() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        for name in ["127.0.0.1", "localhost"] {
            let own = "\(name):\(worker.port)"
            let response = try worker.client.request(
                "POST", "/execute", body: "{}",
                headers: [("Host", own), ("Origin", "http://\(own)")])
            #expect(response.status == 200, "\(own)")
        }
    }

    @Test("is served under names and origins that the command line adds")
    func added() throws {
        let worker = try WorkerProcess.start(
            "echo", "Echo",
            ["--allow-host", "gpu.example", "--allow-origin", "https://ui.example"])
        let client = worker.client
        func status(_ headers: [(String, String)]) throws -> Int {
            try client.request("GET", "/health", headers: headers).status
        }
        #expect(try status([("Host", "gpu.example:81")]) == 200)
        #expect(try status([("Host", "cpu.example")]) == 403)
        #expect(try status([("Origin", "https://ui.example")]) == 200)
        #expect(try status([("Origin", "http://ui.example")]) == 403)
        #expect(try status([("Host", "localhost")]) == 200)
    }
}
