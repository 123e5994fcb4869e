import TestSupport
import Testing

/// Loopback is not private: a web page may reach it, by name (DNS rebinding) or by POST.
@Suite(.blocking) struct OriginTests {
    @Test(arguments: [
        "localhost", "LOCALHOST", "localhost:80", "127.0.0.1", "127.0.0.1:65535", "127.8.9.1",
        "[::1]", "[::1]:8080",
    ])
    func `A loopback name or address is served`(host: String) throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let response = try worker.client.request("GET", "/health", headers: [("Host", host)])
        #expect(response.status == 200)
    }

    @Test(arguments: [
        "example.com", "example.com:80", "localhost.example.com", "127.0.0.1.example.com",
        "127.0.0.1.nip.io", "192.168.0.1", "0.0.0.0", "128.0.0.1", "evil-localhost", "[::2]",
        "2130706433", "localhost@example.com",
    ])
    func `Any other host is refused with 403`(host: String) throws {
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

    @Test(arguments: [
        "https://example.com", "http://localhost:1", "http://127.0.0.1", "null", "",
        "http://localhost.example.com", "file://",
    ])
    func `Another origin is refused with 403`(origin: String) throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let response = try worker.client.request(
            "POST", "/execute", body: "{}", headers: [("Origin", origin)])
        #expect(response.status == 403)
        #expect(response.isDetail)
    }

    @Test func `The worker's own origin is served`() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        for name in ["127.0.0.1", "localhost"] {
            let own = "\(name):\(worker.port)"
            let response = try worker.client.request(
                "POST", "/execute", body: "{}",
                headers: [("Host", own), ("Origin", "http://\(own)")])
            #expect(response.status == 200, "\(own)")
        }
    }

    @Test
    func `A page of another site is refused without an Origin, too, unless a link is followed`()
        throws
    {
        let worker = try WorkerProcess.start("echo", "Echo")
        func status(_ method: String, _ path: String, _ site: String, _ mode: String) throws -> Int
        {
            try worker.client.request(
                method, path, body: method == "POST" ? "{}" : nil,
                headers: [("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", mode)]
            ).status
        }
        #expect(try status("GET", "/health", "cross-site", "no-cors") == 403)
        #expect(try status("POST", "/execute", "cross-site", "no-cors") == 403)
        #expect(try status("POST", "/execute", "cross-site", "navigate") == 403)
        #expect(try status("GET", "/health", "cross-site", "navigate") == 200)
        #expect(try status("GET", "/health", "same-origin", "cors") == 200)
        #expect(try status("POST", "/execute", "none", "navigate") == 200)
    }

    @Test func `A page of an admitted origin is told what it may ask, and may read the answers`()
        throws
    {
        let worker = try WorkerProcess.start(
            "echo", "Echo", ["--allow-origin", "https://ui.example"])
        let page = [("Origin", "https://ui.example"), ("Sec-Fetch-Site", "cross-site")]
        let connection = try worker.client.connect()
        func ask(
            _ method: String, _ path: String, _ headers: [(String, String)], body: String? = nil
        ) throws -> HTTPResponse {
            try connection.send(method, path, body: body, headers: headers)
            return try connection.readResponse()
        }
        for (path, allowed) in [("/execute", "POST"), ("/health", "GET, HEAD")] {
            let preflight = try ask(
                "OPTIONS", path,
                page + [
                    ("Access-Control-Request-Method", "POST"),
                    ("Access-Control-Request-Headers", "content-type"),
                ])
            #expect(preflight.status == 204)
            #expect(preflight.headers["Access-Control-Allow-Origin"] == "https://ui.example")
            #expect(preflight.headers["Access-Control-Allow-Methods"] == allowed)
            #expect(
                preflight.headers["Access-Control-Allow-Headers"]
                    == "Content-Type, X-Request-Id, X-Timeout")
            #expect(preflight.headers["Access-Control-Max-Age"] == "600")
            #expect(preflight.headers["Vary"] == "Origin")
        }
        for (method, path, body, status) in [
            ("GET", "/health", nil, 200), ("POST", "/execute", "{}", 200),
            ("POST", "/execute_stream", "{}", 200), ("POST", "/execute", "{", 400),
            ("GET", "/nowhere", nil, 404), ("OPTIONS", "/execute", nil, 405),
        ] as [(String, String, String?, Int)] {
            let response = try ask(method, path, page, body: body)
            #expect(response.status == status)
            #expect(response.headers["Access-Control-Allow-Origin"] == "https://ui.example")
            #expect(
                response.headers["Access-Control-Expose-Headers"]
                    == "X-Request-Id, X-Stream-End, Retry-After")
            #expect(response.headers["Vary"] == "Origin")
        }
        let plain = try ask("GET", "/health", [])
        #expect(plain.headers["Access-Control-Allow-Origin"] == nil)
        #expect(plain.headers["Vary"] == "Origin")
        let foreign = try ask(
            "OPTIONS", "/execute",
            [("Origin", "https://evil.example"), ("Access-Control-Request-Method", "POST")])
        #expect(foreign.status == 403)
        #expect(foreign.headers["Access-Control-Allow-Origin"] == nil)
    }

    @Test func `No answer has a type that a browser may guess`() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        for (method, path, body) in [
            ("GET", "/health", nil), ("HEAD", "/health", nil), ("GET", "/nowhere", nil),
            ("POST", "/execute", "{}"), ("POST", "/execute_stream", "{}"),
            ("POST", "/execute", "{"),
        ] as [(String, String, String?)] {
            let response = try worker.client.request(method, path, body: body)
            #expect(response.headers["X-Content-Type-Options"] == "nosniff", "\(path)")
            #expect(response.headers["Vary"] == nil)
        }
        for bad in [
            "hello\r\n\r\n", "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n",
        ] {
            #expect(
                try worker.client.exchange(bad).contains("\r\nX-Content-Type-Options: nosniff\r\n"))
        }
    }

    @Test
    func `By a Unix socket any Host and any Origin is served, and no page can read the answer`()
        throws
    {
        let folder = try TemporaryFolder()
        let socket = try Listener.unix(folder.file("socket"))
        let process = try WorkerProcess(
            arguments: [
                "--module", try Fixture.path("echo"), "--class", "Echo", "--fd", "3",
                "--allow-origin", "https://ui.example",
            ], inherited: [socket])
        socket.close()
        _ = try process.standardError.line(containing: "listening on")
        let client = HTTPClient(.unix(folder.file("socket")))
        for origin in ["https://ui.example", "https://evil.example"] {
            let response = try client.request(
                "GET", "/health",
                headers: [
                    ("Host", "example.com"), ("Origin", origin), ("Sec-Fetch-Site", "cross-site"),
                ])
            #expect(response.status == 200)
            #expect(response.headers["Access-Control-Allow-Origin"] == nil)
            #expect(response.headers["Vary"] == nil)
        }
    }

    @Test func `Names and origins that the command line adds are served`() throws {
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
