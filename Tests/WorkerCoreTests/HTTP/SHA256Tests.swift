import Testing
import WorkerCore

@Suite struct SHA256Tests {
    private func digest(_ message: [UInt8]) -> SHA256.Digest { SHA256.digest(message.span) }

    private func hex(_ digest: SHA256.Digest) -> String {
        digest.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// The examples of FIPS 180-2, B.1 and B.2.
    @Test(arguments: [
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func `The digests are the standard's`(message: String, expected: String) {
        #expect(hex(digest(Array(message.utf8))) == expected)
    }

    /// As Python's hashlib has them.
    @Test(arguments: [
        (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (1, "084fed08b978af4d7d196a7446a86b58009e636b611db16211b65a9aadff29c5"),
        (55, "1deace58c745f3ecadde68a5923f494c3703fa73f0306483ccb898a5826e8d70"),
        (56, "06dbe23685750e4d3881ded95047abaf93fa8f9c5d3501dc57c717a72ff1398e"),
        (63, "47fb38b12335c9298d09280515c0666489a189d1554bb0ac1a0740806ce9d8b6"),
        (64, "dfa798724b1a8014994f363e5da7474ed26ce3757fb29e07aa47ad5a9352d37b"),
        (65, "dd2eab5a5507d7717c63ce953d9ac61752c21e664425ad1227054722a0d97f69"),
        (119, "c6e0f435df5d7d265baacca31e0602c00aa22fa6d3819aed664649294c743756"),
        (120, "17eb8960823a644bde3065620bb9d45931fe8993fd8eb692a17aff0fd725db6a"),
        (1_000, "a9425c416f534025a4e2422bd14adba4ec3d4a68d10c3329be8df612964d2b6e"),
    ])
    func `A message of any length fills its blocks`(count: Int, expected: String) {
        #expect(hex(digest((0..<count).map { UInt8(($0 * 7 + 3) % 251) })) == expected)
    }

    @Test func `Two digests are equal if their messages are`() {
        #expect(digest([1, 2, 3]).isEqual(to: digest([1, 2, 3])))
        #expect(!digest([1, 2, 3]).isEqual(to: digest([1, 2, 4])))
    }
}
