import Testing

@testable import WorkerOS

@Suite struct LineSplitterTests {
    private func lines(_ chunks: [[UInt8]]) -> [String] {
        var splitter = LineSplitter()
        var lines: [String] = []
        for chunk in chunks { splitter.feed(chunk[...]) { lines.append($0) } }
        splitter.finish { lines.append($0) }
        return lines
    }

    @Test(arguments: [
        ("a\nb\r\n\nc", ["a", "b", "", "c"]), ("", []), ("\n", [""]), ("a\rb\n", ["a\rb"]),
        ("ä日🙂\n", ["ä日🙂"]),
    ])
    func `Lines end at LF or CRLF, however the bytes arrive`(text: String, expected: [String]) {
        let bytes = Array(text.utf8)
        #expect(lines([bytes]) == expected)
        #expect(lines(bytes.map { [$0] }) == expected)
    }

    @Test func `Invalid UTF-8 is repaired`() {
        #expect(lines([[0x61, 0xff, 0x62, 0x0a, 0xe2, 0x82]]) == ["a\u{fffd}b", "\u{fffd}"])
    }

    @Test(arguments: ["a", "ä", "日", "🙂"], [0, 1, 2, 3])
    func `Long lines are cut between characters`(character: String, offset: Int) {
        let text =
            String(repeating: "x", count: offset) + String(repeating: character, count: 40_000)
        let found = lines([Array(text.utf8)])
        #expect(found.joined() == text)
        #expect(
            found.dropLast().allSatisfy {
                LineSplitter.maxLength - 4 < $0.utf8.count
                    && $0.utf8.count <= LineSplitter.maxLength
            })
    }

    @Test func `A long line of invalid bytes is cut too`() {
        let found = lines([[UInt8](repeating: 0xf0, count: 40_000)])
        #expect(found.joined().unicodeScalars.count == 40_000)
    }
}
