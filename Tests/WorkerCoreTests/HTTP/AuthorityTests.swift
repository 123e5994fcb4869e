import TestSupport
import Testing
import WorkerCore

@Suite struct AuthorityTests {
    private func split(_ text: String) -> (host: String, port: UInt16?)? {
        let bytes = Array(text.utf8)
        guard let (host, port) = Authority.split(bytes.span) else { return nil }
        return (String(decoding: bytes[host], as: UTF8.self), port)
    }

    @Test(
        arguments: [
            ("localhost", "localhost", nil), ("localhost:80", "localhost", 80),
            ("localhost:", "localhost", nil), ("h:0", "h", 0), ("h:65535", "h", 65_535),
            ("h:00080", "h", 80), ("127.0.0.1:8000", "127.0.0.1", 8000), ("[::1]", "::1", nil),
            ("[::1]:8000", "::1", 8000), ("[::1]:", "::1", nil), ("[x", nil, nil), ("[]", nil, nil),
            ("[]:80", nil, nil), ("[::1]80", nil, nil), ("[::1] ", nil, nil), ("", nil, nil),
            (":", nil, nil), (":80", nil, nil), ("h:65536", nil, nil), ("h:100000", nil, nil),
            ("h:000080", nil, nil), ("h:-1", nil, nil), ("h:+1", nil, nil), ("h:8a", nil, nil),
            ("h:80:80", nil, nil), ("::1", nil, nil), ("h: 80", nil, nil), ("h:80 ", nil, nil),
        ] as [(String, String?, UInt16?)])
    func `An authority is split into host and port, or refused`(
        text: String, host: String?, port: UInt16?
    ) {
        let found = split(text)
        #expect(found?.host == host)
        #expect(found?.port == port)
    }

    private func isLoopback(_ host: String) -> Bool {
        let bytes = Array(host.utf8)
        return Authority.isLoopback(bytes.span)
    }

    @Test(arguments: [
        "localhost", "LOCALHOST", "LocalHost", "localhost.", "LOCALHOST.", "127.0.0.1", "127.0.0.2",
        "127.255.255.255", "127.0.0.0", "127.000.000.001", "::1", "0:0:0:0:0:0:0:1",
    ])
    func `The names and addresses of the loopback interface are known`(host: String) {
        #expect(isLoopback(host))
    }

    @Test(arguments: [
        "", ".", "localhost..", ".localhost", "localhost.evil.com", "evillocalhost", "local host",
        "localhos", "localhosts", "127.1", "127", "127.0.1", "127.0.0", "127.0.0.", "127.0.0.1.",
        "127.0.0.1.evil.com", "127.0.0.1.1", "127..0.1", "127.0.0.256", "127.0.0.1000",
        "127.0.0.0000001", "127.0.0.-1", "127.0.0.1a", "127.0.0.0x1", "0x7f.0.0.1", "0177.0.0.1",
        "2130706433", "126.255.255.255", "128.0.0.1", "1270.0.0.1", "0.0.0.0", "192.168.0.1",
        "10.0.0.1", "user@localhost", "localhost@evil.com", "::", "::2", "0::1",
        "::ffff:127.0.0.1", "[::1]", "0:0:0:0:0:0:0:0:1", "fe80::1", "::1%lo", " localhost",
        "localhost ", "127.0.0.1\u{0}", "localhost\u{0}.evil.com", "ⅼocalhost", "١٢٧.0.0.1",
    ])
    func `Nothing else passes for the loopback interface`(host: String) {
        #expect(!isLoopback(host))
    }

    @Test func `Each address of 127.0.0.0/8 is loopback, and none before or behind it`() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<2000 {
            let parts = (0..<4).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            let address = parts.map { String($0) }.joined(separator: ".")
            #expect(isLoopback(address) == (parts[0] == 127))
            #expect(isLoopback("127.\(parts[1]).\(parts[2]).\(parts[3])"))
        }
    }
}
