import Testing
import WorkerJSON

@Suite struct AppendStringTests {
    @Test(arguments: [
        ("", #""""#), ("plain", #""plain""#), ("\"\\/", #""\"\\/""#),
        ("\u{8}\u{C}\n\r\t", #""\b\f\n\r\t""#),
        ("\u{0}\u{1}\u{1F}\u{7F}", "\"\\u0000\\u0001\\u001f\u{7F}\""),
        ("a\u{85}b\u{2028}c\u{2029}d", #""a\u0085b\u2028c\u2029d""#),
        ("é€😀\u{FFFD}", "\"é€😀\u{FFFD}\""),
        ("\u{84}\u{86}\u{2027}\u{202A}", "\"\u{84}\u{86}\u{2027}\u{202A}\""),
    ])
    func `What may not stand raw is escaped, everything else stays`(
        _ text: String, _ literal: String
    ) {
        var buffer = ByteBuffer()
        let appended = buffer.appendJSONString(text)
        #expect(appended)
        #expect(buffer.text == literal)
        #expect(problem(Text(literal)) == "valid")
    }

    @Test(
        arguments: [
            ([0x80], 1), ([0xFF, 0xFE], 2), ([0xC2], 1), ([0xC0, 0x80], 2), ([0xE2, 0x82], 1),
            ([0xED, 0xA0, 0x80], 3), ([0xF0, 0x9F, 0x98], 1), ([0xF4, 0x90, 0x80, 0x80], 4),
            ([0xE2, 0xE2, 0x82], 2),
        ] as [([UInt8], Int)])
    func `Each longest part that is not UTF-8 becomes one U+FFFD`(_ sequence: [UInt8], _ count: Int)
    {
        for after in [[], Array("x\"é".utf8)] {
            var buffer = ByteBuffer()
            let text = Array("a".utf8) + sequence + after
            let appended = unsafe text.withUnsafeBytes { unsafe buffer.appendJSONString($0) }
            #expect(appended)
            let replaced = String(decoding: text, as: UTF8.self)
            #expect(replaced.unicodeScalars.count { $0 == "\u{FFFD}" } == count)
            #expect(buffer.text == "\"" + replaced.replacing("\"", with: "\\\"") + "\"")
        }
    }

    @Test func `No bytes make an empty literal`() {
        var buffer = ByteBuffer()
        unsafe buffer.appendJSONString(UnsafeRawBufferPointer(start: nil, count: 0))
        #expect(buffer.text == "\"\"")
    }

    @Test func `Every byte makes a valid literal`() {
        var buffer = ByteBuffer()
        let all = Array(UInt8.min...UInt8.max)
        unsafe all.withUnsafeBytes { _ = unsafe buffer.appendJSONString($0) }
        #expect(problem(Text(buffer.bytes)) == "valid")
    }
}
