import Testing
import WorkerCore

@Suite struct IPAddressTests {
    private func read(_ text: String) -> IPAddress? {
        let bytes = Array(text.utf8)
        return IPAddress(bytes.span)
    }

    /// The spellings of RFC 4291, 2.2, and of RFC 5952 as what is written.
    @Test(arguments: [
        ("0.0.0.0", "0.0.0.0"), ("10.20.30.40", "10.20.30.40"),
        ("255.255.255.255", "255.255.255.255"), ("::", "::"), ("::1", "::1"), ("1::", "1::"),
        ("0:0:0:0:0:0:0:0", "::"), ("0:0:0:0:0:0:0:1", "::1"),
        ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
        ("2001:DB8:0:0:8:800:200C:417A", "2001:db8::8:800:200c:417a"), ("FF01::101", "ff01::101"),
        ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
        ("2001:db8::1:0:0:1", "2001:db8::1:0:0:1"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
        ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"), ("0001:00ab::", "1:ab::"),
        ("::ffff:10.0.0.7", "10.0.0.7"),
        ("::FFFF:a00:7", "10.0.0.7"), ("::13.1.68.3", "::d01:4403"),
        ("64:ff9b::1.2.3.4", "64:ff9b::102:304"),
        ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
    ])
    func `An address is read in each of its spellings`(text: String, written: String) {
        #expect(read(text)?.description == written)
    }

    @Test(arguments: [
        "", ".", ":", ":::", "1", "1.2.3", "1.2.3.4.5", "1.2.3.4.", ".1.2.3.4", "1..3.4",
        "01.2.3.4",
        "1.2.3.00", "256.1.1.1", "1.2.3.+4", "1.2.3.4 ", "0x1.2.3.4", "1.2.3.4a", "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1::2::3", "1:::2", ":1::",
        "1:",
        "1:2:3:4:5:6:7:", ":1:2:3:4:5:6:7", "12345::", "g::", "::1%lo", "[::1]", "::1.2.3",
        "1.2.3.4::",
        "::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4", "::01.2.3.4", "localhost", "2130706433",
    ])
    func `What may mean anything else is none`(text: String) {
        #expect(read(text) == nil)
    }

    @Test func `Bytes of a socket's address are an address`() {
        let mapped = [UInt8](repeating: 0, count: 10) + [0xff, 0xff, 127, 0, 0, 2]
        #expect(IPAddress(bytes: [10, 0, 0, 7]) == read("10.0.0.7"))
        #expect(IPAddress(bytes: mapped) == read("127.0.0.2"))
        #expect(
            IPAddress(bytes: [0xfe, 0x80] + [UInt8](repeating: 0, count: 13) + [1])
                == read("fe80::1"))
        #expect(IPAddress(bytes: []) == nil && IPAddress(bytes: [1, 2, 3]) == nil)
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.255.0.9", true), ("::1", true), ("::ffff:127.0.0.1", true),
        ("126.0.0.1", false), ("128.0.0.1", false), ("0.0.0.0", false), ("::", false),
        ("::2", false),
    ])
    func `Only addresses of this machine are loopback`(text: String, isLoopback: Bool) {
        #expect(read(text)?.isLoopback == isLoopback)
    }
}
