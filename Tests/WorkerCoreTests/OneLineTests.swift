import TestSupport
import Testing

@testable import WorkerCore

@Suite struct OneLineTests {
    @Test(arguments: [
        ("plain", "plain"), ("", ""), ("äöü 日本 🙂 – “x”", "äöü 日本 🙂 – “x”"),
        ("a\nb\r\nc", "a\\nb\\r\\nc"), ("\t\u{0}\u{1b}[31m\u{7f}", "\\t\\x00\\x1b[31m\\x7f"),
        ("\u{80}\u{85}\u{9f}\u{a0}\u{ad}", "\\x80\\x85\\x9f\u{a0}\\xad"), ("C:\\new", "C:\\new"),
        ("\u{2027}\u{2028}\u{2029}\u{202f}", "\u{2027}\\u2028\\u2029\u{202f}"),
        ("👨‍👩‍👧 نمی‌خواهم", "👨‍👩‍👧 نمی‌خواهم"),
    ])
    func `What ends a line or steers a terminal is escaped, and all else is left`(
        text: String, line: String
    ) {
        #expect(OneLine.text(text, limit: 100) == line)
    }

    @Test(arguments: [
        "\u{61c}", "\u{180e}", "\u{200b}", "\u{200e}", "\u{200f}", "\u{202a}", "\u{202b}",
        "\u{202c}", "\u{202d}", "\u{202e}", "\u{2060}", "\u{2066}", "\u{2067}", "\u{2068}",
        "\u{2069}", "\u{206f}", "\u{feff}", "\u{fff9}", "\u{fffb}", "\u{e0001}", "\u{e007f}",
    ])
    func `What turns or hides other characters is escaped`(character: Unicode.Scalar) {
        let line = OneLine.text("a\(character)b", limit: 100)
        #expect(line.hasPrefix("a\\") && line.hasSuffix("b"))
        #expect(line.utf8.allSatisfy { 0x20..<0x7f ~= $0 })
    }

    @Test(
        arguments: [
            ("abc", 3, "abc"), ("abcd", 3, "abc … (1 bytes more)"),
            ("äöü", 5, "äö … (2 bytes more)"),
            ("ab\u{1b}", 5, "ab … (1 bytes more)"), ("ab\u{1b}", 6, "ab\\x1b"),
            ("🙂🙂", 7, "🙂 … (4 bytes more)"), ("\n\n\n", 5, "\\n\\n … (1 bytes more)"),
            ("x", 0, " … (1 bytes more)"), ("", 0, ""),
        ] as [(String, Int, String)])
    func `A long text is cut between characters, and escapes count`(
        text: String, limit: Int, line: String
    ) {
        #expect(OneLine.text(text, limit: limit) == line)
    }

    @Test func `It is what a walk over the characters makes of it`() {
        var generator = SeededGenerator(seed: 20)
        let some: [Unicode.Scalar] = [
            "a", "~", "\u{7f}", "\n", "\u{1b}", "\u{85}", "\u{a9}", "ä", "\u{61c}", "\u{628}",
            "\u{1820}", "\u{180e}", "\u{2014}", "\u{202e}", "日", "\u{feff}", "ﬀ", "🙂", "\u{e0041}",
        ]
        for _ in 0..<2_000 {
            let length = Int.random(in: 0..<20, using: &generator)
            let scalars = (0..<length).map { _ in some.randomElement(using: &generator)! }
            var text = String.UnicodeScalarView()
            text.append(contentsOf: scalars)
            let limit = Int.random(in: 0..<60, using: &generator)
            var line = ""
            var left = scalars[...]
            while let scalar = left.first {
                let shown = OneLine.text(String(scalar), limit: 10)
                guard line.utf8.count + shown.utf8.count <= limit else { break }
                line += shown
                left.removeFirst()
            }
            let rest = left.reduce(0) { $0 + UTF8.width($1) }
            if rest > 0 { line += " … (\(rest) bytes more)" }
            #expect(OneLine.text(String(text), limit: limit) == line)
        }
    }

    @Test func `Beside every character of two to four bytes the same are escaped as alone`() {
        let escaped: [ClosedRange<UInt32>] = [
            0x80...0x9f, 0xad...0xad, 0x61c...0x61c, 0x180e...0x180e, 0x200b...0x200b,
            0x200e...0x200f, 0x2028...0x202e, 0x2060...0x206f, 0xfeff...0xfeff, 0xfff9...0xfffb,
            0xe0000...0xe007f,
        ]
        var wrong: [UInt32] = []
        for value in [UInt32(0x80)...0xffff, 0xdff80...0xe0100].joined() {
            guard let character = Unicode.Scalar(value) else { continue }
            let text = "–\(character)"
            let isEscaped = escaped.contains { $0.contains(value) }
            // At the end of the text, and where the room ends right behind it or within it.
            let room = text.utf8.count
            let line = OneLine.text(text, limit: isEscaped ? 13 : room)
            let cut = OneLine.text(text + "x", limit: room - 1)
            if (line != text) != isEscaped || isEscaped != line.utf8.contains(0x5c)
                || cut != "– … (\(room - 2) bytes more)"
            {
                wrong.append(value)
            }
        }
        #expect(wrong.isEmpty, "\(wrong.prefix(8).map { String($0, radix: 16) })")
    }
}
