import Testing
import WorkerCore

@Suite struct AccessPolicyTests {
    private static let plain = AccessPolicy(hosts: [], origins: [], port: 8000)
    private static let open = AccessPolicy(
        hosts: ["Worker.Example", "10.0.0.7", "fe80::7"],
        origins: ["https://App.Example", "https://a.example:8443", "null"], port: 8000)

    private func allowsHost(_ policy: AccessPolicy, _ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return policy.allowsHost(bytes.span)
    }

    private func allowsOrigin(_ policy: AccessPolicy, _ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return policy.allowsOrigin(bytes.span)
    }

    @Test(arguments: [
        "localhost", "LOCALHOST", "localhost.", "localhost:8000", "localhost:1", "localhost.:9",
        "127.0.0.1", "127.0.0.1:8000", "127.9.9.9:65535", "[::1]", "[::1]:8000",
        "[0:0:0:0:0:0:0:1]:8000", "LocalHost:",
    ])
    func `A loopback host is allowed with any port`(host: String) {
        #expect(allowsHost(Self.plain, host))
        #expect(allowsHost(Self.open, host))
    }

    @Test(arguments: [
        ("10.0.0.7", "10.0.0.7", true), ("10.0.0.7:81", "10.0.0.7", true),
        ("[FE80:0::7]:8000", "fe80::7", true), ("[::ffff:10.0.0.7]", "10.0.0.7", true),
        ("10.0.0.8", "10.0.0.7", false), ("010.0.0.7", "10.0.0.7", false),
        ("10.0.0.7.nip.io", "10.0.0.7", false), ("0.0.0.0", "10.0.0.7", false),
        ("fe80::7", "fe80::7", false), ("10.0.0.7", "", false),
    ])
    func `The very address that a client has connected to is a host and an origin, and no other is`(
        host: String, local: String, isAllowed: Bool
    ) {
        let (bytes, text) = (Array(host.utf8), Array(local.utf8))
        #expect(Self.plain.allowsHost(bytes.span) { IPAddress(text.span) } == isAllowed)
        let name = host.hasPrefix("[") ? host.prefix { $0 != "]" } + "]" : host.prefix { $0 != ":" }
        for (port, isOwn) in [(":8000", true), (":81", false), ("", false)] {
            let origin = Array("http://\(name)\(port)".utf8)
            let isOrigin = Self.plain.allowsOrigin(origin.span) { IPAddress(text.span) }
            #expect(isOrigin == (isOwn && isAllowed))
        }
    }

    @Test(arguments: [
        "", " ", "example.com", "localhost.evil.com", "127.0.0.1.evil.com", "127.1", "127.1:8000",
        "2130706433", "user@localhost", "user:secret@localhost", "localhost@evil.com",
        "localhost:80@evil.com", "localhost:70000", "localhost:x", "localhost:80:80", "::1",
        "::1:8000", "[::1", "[::1]x", "[::ffff:127.0.0.1]", "[localhost:80", "0.0.0.0",
        "0.0.0.0:8000", "localhost/", "localhost,evil.com", "localhost evil.com",
        "http://localhost", ":8000", "worker.example",
    ])
    func `Any other host is refused`(host: String) {
        #expect(!allowsHost(Self.plain, host))
    }

    @Test(arguments: [
        ("worker.example", true), ("WORKER.EXAMPLE:99", true), ("10.0.0.7", true),
        ("10.0.0.7:1", true), ("[fe80::7]:8000", true), ("worker.example.", false),
        ("sub.worker.example", false), ("worker.example.evil.com", false), ("10.0.0.70", false),
        ("xworker.example", false), ("worker.example:x", false), ("", false),
    ])
    func `A host that was allowed by name passes, and no name beside it`(
        host: String, isAllowed: Bool
    ) {
        #expect(allowsHost(Self.open, host) == isAllowed)
    }

    @Test(arguments: [
        "http://localhost:8000", "HTTP://LOCALHOST:8000", "http://localhost.:8000",
        "http://127.0.0.1:8000", "http://[::1]:8000", "http://127.9.9.9:8000",
    ])
    func `The worker's own origin is allowed`(origin: String) {
        #expect(allowsOrigin(Self.plain, origin))
    }

    @Test(arguments: [
        "", "null", "localhost:8000", "http://", "http://localhost", "http://localhost:80",
        "http://localhost:8001", "https://localhost:8000", "http://localhost:8000/",
        "http://localhost:8000/x", "http://user@localhost:8000", "http://evil.com:8000",
        "http://localhost.evil.com:8000", "http://127.0.0.1.evil.com:8000", "http://127.1:8000",
        "http://localhost:8000 http://evil.com", "http://evil.com", "https://app.example",
        "file://", "ws://localhost:8000", "http:/localhost:8000", "http://localhost:08000 ",
    ])
    func `Any other origin is refused`(origin: String) {
        #expect(!allowsOrigin(Self.plain, origin))
    }

    @Test(arguments: [
        ("https://app.example", true), ("https://APP.example", true), ("http://app.example", false),
        ("https://app.example:443", false), ("https://a.example:8443", true),
        ("https://a.example", false), ("null", true), ("https://app.example/", false),
        ("https://app.example.evil.com", false),
    ])
    func `An origin that was allowed passes as it was written, whatever its case`(
        origin: String, isAllowed: Bool
    ) {
        #expect(allowsOrigin(Self.open, origin) == isAllowed)
    }

    @Test func `On port 80 the worker's own origin needs no port`() {
        let policy = AccessPolicy(hosts: [], origins: [], port: 80)
        #expect(allowsOrigin(policy, "http://localhost"))
        #expect(allowsOrigin(policy, "http://localhost:"))
        #expect(allowsOrigin(policy, "http://[::1]:80"))
        #expect(!allowsOrigin(policy, "http://localhost:8000"))
    }
}
