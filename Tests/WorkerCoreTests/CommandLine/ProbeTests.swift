import Testing

@testable import WorkerCore

@Suite struct ProbeTests {
    @Test(
        arguments: [
            (["http://127.0.0.1:8080"], .tcp(host: "127.0.0.1", port: "8080"), "127.0.0.1:8080"),
            (["http://worker:81/"], .tcp(host: "worker", port: "81"), "worker:81"),
            (["http://[::1]:8"], .tcp(host: "::1", port: "8"), "[::1]:8"),
            (["http://[::1]"], .tcp(host: "::1", port: "80"), "[::1]"),
            (["unix:/run/a b.sock"], .unix(path: "/run/a b.sock"), "localhost"),
            (["unix:@abstract"], .unix(path: "@abstract"), "localhost"),
        ] as [([String], Probe.Target, String)])
    func `A worker is named by its address`(
        arguments: [String], target: Probe.Target, authority: String
    ) throws {
        let probe = try Probe(arguments)
        #expect(probe.target == target && probe.authority == authority)
        #expect(probe.timeout == .seconds(2))
        #expect(
            probe.request(token: nil)
                == "GET /health/live HTTP/1.0\r\nHost: \(authority)\r\nConnection: close\r\n\r\n")
    }

    @Test func `Options stand before or behind it`() throws {
        let probe = try Probe(["--timeout", "0.5", "unix:x", "--ready"])
        #expect(probe.path == "/health/ready" && probe.timeout == .milliseconds(500))
        #expect(try Probe(["--timeout=3", "unix:x"]).timeout == .seconds(3))
        let shown = try Probe(["unix:x", "--token-file", "a b"])
        #expect(shown.tokenFile == "a b")
        #expect(
            shown.request(token: "abc")
                == "GET /health/live HTTP/1.0\r\nHost: localhost\r\n"
                + "Authorization: Bearer abc\r\nConnection: close\r\n\r\n")
    }

    @Test(arguments: [
        ("", "nothing to probe: expected 'http://HOST:PORT' or 'unix:PATH'"),
        ("unix:a unix:b", "unexpected argument 'unix:b'"),
        ("unix:a --timeout", "option '--timeout' needs a value"),
        (
            "unix:a --timeout 0",
            "invalid value '0' for '--timeout': expected a number of seconds from 0.001 to 86400, "
                + "such as 1.5"
        ),
        ("unix:a --redy", "unknown option '--redy'"),
        ("unix:a --ready=1", "option '--ready' takes no value"),
        ("unix:a --token=secret-of-ours", "unknown option '--token'"),
        ("unix:a --token-file", "option '--token-file' needs a value"),
        ("unix:a --token-file=", "invalid value '' for '--token-file': expected a path"),
    ])
    func `A wrong command line is refused`(line: String, message: String) {
        let error = #expect(throws: UsageError.self) {
            try Probe(line.split(separator: " ").map(String.init))
        }
        #expect(error?.description == message)
    }

    @Test(arguments: [
        "https://a:1", "a:1", "http://", "http://a:0", "http://a:65536", "http://a:x",
        "http://a:1/health", "http://u@a:1", "http://a b:1", "http://a\r\nX: y:1", "unix:",
        "/run/x",
    ])
    func `Other places are refused`(place: String) {
        #expect(
            throws: UsageError.invalidValue(
                place, option: "probe", expected: "'http://HOST:PORT' or 'unix:PATH'")
        ) { try Probe([place]) }
    }

    @Test(
        arguments: [
            ("HTTP/1.1 200 OK\r\n\r\n{}", .yes, ""), ("HTTP/1.0 204\r\n\r\n", .yes, ""),
            (
                "HTTP/1.1 503 Service Unavailable\r\nA: b\r\n\r\n{\"reason\":\"a\nb\"}", .no,
                "/health/ready answers 503: {\"reason\":\"a\\nb\"}"
            ),
            ("HTTP/1.1 404 Not Found\r\n", .no, "/health/ready answers 404: "),
            ("SSH-2.0-x\r\n", .none, "the answer is not HTTP"),
            ("HTTP/1.1 abc\r\n", .none, "the answer is not HTTP"),
            ("HTTP/1.1", .none, "the answer is not HTTP"), ("", .none, "the connection ended"),
        ] as [(String, Probe.Answer, String)])
    func `The status decides, and the reason is told in one line`(
        answer: String, result: Probe.Answer, reason: String
    ) throws {
        let read = try Probe(["unix:x", "--ready"]).read(answer: Array(answer.utf8))
        #expect(read.0 == result && read.1 == reason)
    }
}
