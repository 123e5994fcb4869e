import TestSupport
import Testing

/// Who is served where a token is asked for.
@Suite(.blocking) struct TokenTests {
    private static let challenge = "Bearer realm=\"universal-worker\""
    private static let invalid = challenge + ", error=\"invalid_token\""

    /// What there is and what there is not, for a client without the token.
    private static let refused = [
        ("GET", "/"), ("GET", "/docs"), ("GET", "/openapi.json"), ("GET", "/metrics"),
        ("GET", "/calls"), ("GET", "/stats"), ("GET", "/config"), ("GET", "/config_schema"),
        ("GET", "/progress"), ("GET", "/progress/x"), ("GET", "/own"), ("POST", "/act"),
        ("POST", "/execute"), ("POST", "/execute_stream"), ("POST", "/initialize"),
        ("POST", "/cleanup"), ("POST", "/cancel"), ("POST", "/cancel/x"), ("GET", "/nowhere"),
        ("GET", "/health/"), ("GET", "//health"), ("GET", "/health/live/x"), ("POST", "/health"),
        ("PUT", "/health/live"), ("DELETE", "/execute"), ("OPTIONS", "/execute"),
        ("OPTIONS", "*"), ("HEAD", "/stats"), ("GET", "/%00"), ("GET", "/nowhere?/health"),
    ]

    @Test func `Without the token everything but health is 401, which says nothing of routes`()
        throws
    {
        let tokens = try TokenFixture()
        let worker = try WorkerProcess.start("endpoints", "Endpoints", tokens.options)
        let connection = try worker.client.connect()
        for (method, path) in Self.refused {
            try connection.send(method, path, body: method == "POST" ? "{}" : nil)
            let isPage = method == "GET" && (path == "/" || path == "/docs")
            let response = try connection.readResponse(toHead: method == "HEAD")
            #expect(response.status == 401, "\(method) \(path)")
            #expect(response.headers.all("WWW-Authenticate") == [Self.challenge])
            #expect(response.headers["Allow"] == nil)
            if method != "HEAD", !isPage {
                #expect(
                    response.text
                        == "{\"detail\":\"A token is needed: Authorization: Bearer TOKEN\"}")
            }
            try connection.send(method, path, headers: [("Authorization", "Bearer wrong")])
            let other = try connection.readResponse(toHead: method == "HEAD")
            #expect(other.status == 401, "\(method) \(path)")
            #expect(other.headers.all("WWW-Authenticate") == [Self.invalid])
        }
        for path in ["/health", "/health/live", "/health/ready", "/he%61lth", "/health?x"] {
            for headers in [[], [("Authorization", "Bearer wrong")], [("Authorization", "x")]] {
                for method in ["GET", "HEAD"] {
                    try connection.send(method, path, headers: headers)
                    let isHead = method == "HEAD"
                    #expect(try connection.readResponse(toHead: isHead).status == 200, "\(path)")
                }
            }
        }
    }

    @Test func `With the token everything is as it is without one`() throws {
        let tokens = try TokenFixture()
        let worker = try WorkerProcess.start("endpoints", "Endpoints", tokens.options)
        let connection = try worker.client.connect()
        for (method, path, status) in [
            ("GET", "/stats", 200), ("POST", "/execute", 200), ("POST", "/execute_stream", 200),
            ("GET", "/", 200), ("GET", "/metrics", 200), ("GET", "/nowhere", 404),
            ("PUT", "/execute", 405), ("POST", "/act", 200), ("GET", "/health", 200),
        ] {
            try connection.send(
                method, path, body: method == "POST" ? "{}" : nil, headers: [TokenFixture.header])
            let response = try connection.readResponse()
            #expect(response.status == status, "\(method) \(path)")
            #expect(response.headers["WWW-Authenticate"] == nil)
        }
    }

    @Test func `The API document says who needs a token, if there is one`() throws {
        let tokens = try TokenFixture()
        for options in [tokens.options, []] {
            let worker = try WorkerProcess.start("echo", "Echo", options)
            let text = try worker.client.request(
                "GET", "/openapi.json", headers: [TokenFixture.header]
            ).text
            let isAsked = !options.isEmpty
            #expect(text.contains(#","security":[{"token":[]}],"paths""#) == isAsked)
            #expect(text.contains(#"{"token":{"type":"http","scheme":"bearer"}}"#) == isAsked)
            #expect(text.split(separator: #""security":[]"#).count == (isAsked ? 4 : 1))
        }
    }

    @Test func `One header shows one token, in the grammar of the standard`() throws {
        let tokens = try TokenFixture()
        let worker = try WorkerProcess.start("echo", "Echo", tokens.options)
        let token = TokenFixture.token
        func status(_ lines: String) throws -> String {
            let answer = try worker.client.exchange(
                "GET /stats HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\(lines)\r\n")
            return String(answer.prefix(12).suffix(3))
        }
        for good in [
            "Authorization: Bearer \(token)\r\n", "authorization:bearer \(token)\r\n",
            "AUTHORIZATION: BEARER    \(token)\r\n", "Authorization: \t Bearer \(token) \t \r\n",
            "Authorization: Bearer \(token)\n", "Cookie: a=b\r\nAuthorization: Bearer \(token)\r\n",
        ] {
            #expect(try status(good) == "200", "\(good)")
        }
        for bad in [
            "Authorization: Bearer \(token)\r\nAuthorization: Bearer \(token)\r\n",
            "Authorization: Basic eDp5\r\nAuthorization: Bearer \(token)\r\n",
            "Authorization: Bearer \(token)\r\nauthorization:\r\n",
            "Authorization: Bearer\t\(token)\r\n", "Authorization: Bearer \(token), x\r\n",
            "Authorization: Bearer \"\(token)\"\r\n", "Authorization: \(token)\r\n",
            "Authorization: Bearer \(token.dropLast())\r\n", "Authorization: Bearer \(token)0\r\n",
            "Authorization: Bearer \(token.uppercased())\r\n", "Authorization: Bearer \r\n",
            "Authorization: Bearer \(String(repeating: "x", count: 5_000))\r\n",
            "Proxy-Authorization: Bearer \(token)\r\n", "X-Authorization: Bearer \(token)\r\n",
            "Cookie: Authorization=Bearer \(token)\r\n",
        ] {
            #expect(try status(bad) == "401", "\(bad)")
        }
        for broken in [
            "Authorization : Bearer \(token)\r\n", "Authorization: Bearer\r\n \(token)\r\n",
            "Authorization: Bearer \(token)\u{0}\r\n", "Authorization: Bearer \(token)\u{1}\r\n",
            ": x\r\nAuthorization: Bearer \(token)\r\n",
        ] {
            #expect(try status(broken) == "400", "\(broken)")
        }
        let huge = "Authorization: Bearer \(String(repeating: "x", count: 20_000))\r\n"
        #expect(try status(huge) == "431")
        let inTarget = try worker.client.get("/stats?access_token=\(token)")
        #expect(inTarget.status == 401)
    }

    @Test func `A refused request reserves nothing, and its connection goes on`() throws {
        let tokens = try TokenFixture()
        let worker = try WorkerProcess.start(
            "echo", "Echo",
            tokens.options + ["--max-buffered", "64KiB", "--max-body", "60KiB", "--max-queue", "0"])
        let connection = try worker.client.connect()
        let body = "{\"args\":[\"" + String(repeating: "x", count: 50 << 10) + "\"]}"
        for _ in 0..<3 {
            try connection.send("POST", "/execute", body: body)
            #expect(try connection.readResponse().status == 401)
        }
        // What is announced and never sent holds nothing either.
        let waiting = try (0..<8).map { _ in try worker.client.connect() }
        for other in waiting {
            try other.send("POST", "/execute", headers: [("Content-Length", "50000")])
            try other.send("{")
        }
        try connection.send("POST", "/execute", body: body, headers: [TokenFixture.header])
        #expect(try connection.readResponse().status == 200)
        for length in [("Content-Length", "12"), ("Transfer-Encoding", "chunked")] {
            let asking = try worker.client.connect()
            try asking.send("POST", "/execute", headers: [("Expect", "100-continue"), length])
            let response = try asking.readResponse()
            #expect(response.status == 401 && response.informational.isEmpty)
            #expect(response.headers["WWW-Authenticate"] == Self.challenge)
            #expect(try asking.isClosedByServer())
        }
    }

    @Test func `What stands inside of a refused body is never run`() throws {
        let tokens = try TokenFixture()
        let worker = try WorkerProcess.start("echo", "Echo", tokens.options)
        let inner =
            "POST /execute HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n"
            + "Authorization: Bearer \(TokenFixture.token)\r\n\r\n{}"
        let connection = try worker.client.connect()
        try connection.send("POST", "/execute", body: inner)
        try connection.send("GET", "/health/live")
        #expect(try connection.readResponse().status == 401)
        #expect(try connection.readResponse().text == "{\"status\":\"live\"}")
    }

    @Test func `The page comes with the 401, as a browser can show no token`() throws {
        let tokens = try TokenFixture()
        let worker = try WorkerProcess.start("echo", "Echo", tokens.options)
        for path in ["/", "/docs"] {
            let asking = try worker.client.get(path)
            let page = try worker.client.request("GET", path, headers: [TokenFixture.header])
            #expect(asking.status == 401 && page.status == 200)
            #expect(asking.text == page.text && page.text.contains("token-dialog"))
            for name in ["Content-Type", "Content-Security-Policy", "Cache-Control"] {
                #expect(asking.headers.all(name) == page.headers.all(name))
                #expect(page.headers.all(name).count == 1)
            }
        }
    }

    @Test func `A browser's question for an admitted page is answered alike for every path`() throws
    {
        let tokens = try TokenFixture()
        let worker = try WorkerProcess.start(
            "echo", "Echo", tokens.options + ["--allow-origin", "https://ui.example"])
        let page = [("Origin", "https://ui.example")]
        let question = page + [("Access-Control-Request-Method", "POST")]
        for path in ["/execute", "/health", "/nowhere"] {
            let answer = try worker.client.request("OPTIONS", path, headers: question)
            #expect(answer.status == 204)
            #expect(answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, POST")
            #expect(
                answer.headers["Access-Control-Allow-Headers"]
                    == "Authorization, Content-Type, X-Request-Id, X-Timeout")
        }
        let refused = try worker.client.request("POST", "/execute", body: "{}", headers: page)
        #expect(refused.status == 401)
        #expect(refused.headers["Access-Control-Allow-Origin"] == "https://ui.example")
        let served = try worker.client.request(
            "POST", "/execute", body: "{}", headers: page + [TokenFixture.header])
        #expect(served.status == 200)
        let foreign = try worker.client.request(
            "OPTIONS", "/execute",
            headers: [
                ("Origin", "https://evil.example"), ("Access-Control-Request-Method", "POST"),
            ])
        #expect(foreign.status == 403)
    }

    @Test func `A Unix socket asks for none, and the plugin sees it on neither`() throws {
        let tokens = try TokenFixture()
        let folder = try TemporaryFolder()
        let socket = try Listener.unix(folder.file("socket"))
        let process = try WorkerProcess(
            arguments: [
                "--module", try Fixture.path("endpoints"), "--class", "Endpoints", "--fd", "3",
                "--shutdown-grace", "40",
            ] + tokens.options, inherited: [socket])
        socket.close()
        try process.standardError.line(containing: "listening on")
        let unix = HTTPClient(.unix(folder.file("socket")))
        #expect(try unix.get("/stats").status == 200)
        let tcp = try WorkerProcess.start("endpoints", "Endpoints", tokens.options)
        let open = try WorkerProcess.start("endpoints", "Endpoints")
        let headers = [TokenFixture.header, ("X-More", "seen")]
        for (client, shown) in [
            (unix, "[\"x-more=seen\"]"), (tcp.client, "[\"x-more=seen\"]"),
            (open.client, "[\"authorization=Bearer \(TokenFixture.token)\",\"x-more=seen\"]"),
        ] {
            let seen = try client.request("POST", "/act", body: "{}", headers: headers)
            #expect(seen.text.contains("\"headers\":\(shown)"), "\(seen.text)")
        }
    }

    @Test func `A probe shows the first token of a file`() throws {
        let tokens = try TokenFixture("\(TokenFixture.token)\r\nanother-token-of-ours\r\n")
        let listener = try Listener()
        let probe = try WorkerProcess(
            arguments: ["probe", "http://127.0.0.1:\(listener.port)"] + tokens.options)
        let connection = HTTPConnection(try listener.accept())
        var request = ""
        while !request.hasSuffix("\r\n\r\n") {
            request += String(decoding: try connection.descriptor.read(), as: UTF8.self)
        }
        #expect(request.contains("\r\nAuthorization: Bearer \(TokenFixture.token)\r\n"))
        try connection.send("HTTP/1.1 200 OK\r\n\r\n")
        connection.close()
        try probe.expectEnd(.exited(0))
        let bad = try WorkerProcess(
            arguments: ["probe", "unix:x", "--token-file", tokens.folder.path])
        try bad.expectEnd(.exited(2))
        try bad.standardError.line(containing: "it is not a regular file")
    }
}
