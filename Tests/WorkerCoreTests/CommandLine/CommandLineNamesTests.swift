import Testing

@testable import WorkerCore

@Suite struct CommandLineNamesTests {
    @Test(arguments: [
        ("port", "port", 0), ("prot", "port", 1), ("port", "ports", 1), ("", "abc", 3),
        ("abc", "", 3), ("kitten", "sitting", 3), ("ca", "abc", 3), ("modlue", "module", 1),
        ("ü", "u", 1),
    ])
    func `The distance counts edits and swaps`(left: String, right: String, distance: Int) {
        #expect(EditDistance.between(left, right) == distance)
        #expect(EditDistance.between(right, left) == distance)
    }

    @Test(arguments: [
        ("--prot", "unknown option '--prot'. Did you mean '--port'?"),
        ("--prot=8", "unknown option '--prot'. Did you mean '--port'?"),
        ("-port", "unknown option '-port'. Did you mean '--port'?"),
        ("--modul3", "unknown option '--modul3'. Did you mean '--module'?"),
        ("--maxbody", "unknown option '--maxbody'. Did you mean '--max-body'?"),
        ("--banana", "unknown option '--banana'"),
        ("-x", "unknown option '-x'"),
        ("--=3", "unknown option '--'"),
        ("--p", "option '--p' is ambiguous: it could be '--python' or '--port' or '--ppid'"),
        (
            "--max-=7",
            "option '--max-' is ambiguous: it could be '--max-body' or '--max-buffered' or '--max-queue' or '--max-connections' or '--max-header'"
        ),
    ])
    func `An unknown option gets the nearest one suggested`(argument: String, message: String) {
        #expect(UsageError.unrecognized(argument).description == message)
    }

    @Test func `A name that is far too long is not compared with any`() {
        let name = "--" + String(repeating: "x", count: 1_000_000)
        #expect(UsageError.unrecognized(name) == .unknownOption(name, suggestion: nil))
    }

    @Test(
        arguments: [
            ("127.0.0.1", "127.0.0.1"), ("127.255.0.9", "127.255.0.9"), ("localhost", "127.0.0.1"),
            ("LocalHost", "127.0.0.1"), ("::1", "::1"), ("[::1]", "::1"),
            ("0:0:0:0:0:0:0:1", "::1"),
            ("0.0.0.0", "0.0.0.0"), ("::", "::"), ("[FE80::1]", "fe80::1"),
            ("[127.0.0.1]", nil), ("[::1", nil), ("127.1", nil), ("", nil), ("*", nil),
            ("example.org", nil), ("127.0.0.1:80", nil), ("[::1]:80", nil), ("fe80::1%eth0", nil),
        ] as [(String, String?)])
    func `A host to listen on is an address, or localhost`(text: String, address: String?) {
        #expect(OptionValue<IPAddress>.address.parse(text)?.description == address)
    }

    @Test(arguments: [
        ("http://a.org", true), ("https://a.org:8443", true), ("http://[::1]:80", true),
        ("http://[::1]", true), ("null", true), ("chrome-extension://abc", true),
        ("http://a.org/", false), ("http://a.org:", false), ("http://a.org:99999", false),
        ("http://", false), ("://a", false), ("http:/a", false), ("1http://a", false), ("", false),
        ("http://a b", false), ("http://user@a", false), ("http://::1", false),
    ])
    func `Origins are scheme, host and port`(text: String, isOrigin: Bool) {
        #expect(WebName.origin(text) == isOrigin)
    }

    @Test(arguments: [
        ("a", true), ("a.b-c_d9", true), ("192.168.0.1", true), ("[fe80::1]", true), ("", false),
        ("a b", false), ("a/b", false), ("a:1", false), ("[a]", false), ("*", false),
    ])
    func `Hosts are names or addresses without a port`(text: String, isHost: Bool) {
        #expect(WebName.host(text) == isHost)
    }

    @Test func `A graver level admits less`() {
        #expect(LogLevel.error < .warning && LogLevel.warning < .info && LogLevel.info < .debug)
    }
}
