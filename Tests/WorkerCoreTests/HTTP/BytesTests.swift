import Testing
import WorkerCore

@Suite struct BytesTests {
    @Test(
        arguments: [
            ("", 0), ("a", 1), ("a ", 1), (" a\t \t", 2), (" \t", 0), ("a b", 3), ("a\r", 2),
        ])
    func `Blanks at the end are spaces and tabs`(text: String, count: Int) {
        let found = Array(text.utf8).span.countWithoutBlankEnd
        #expect(found == count)
    }

    @Test(arguments: [
        ("", "", true, true), ("abc", "abc", true, true), ("ABC", "abc", false, true),
        ("aBc", "abc", false, true), ("abcd", "abc", false, false), ("ab", "abc", false, false),
        ("", "a", false, false), ("[", "{", false, false), ("@", "`", false, false),
        ("Ä", "ä", false, false), ("\u{212A}", "k", false, false),
    ])
    func `Texts are equal byte by byte, or but for the case of ASCII letters`(
        text: String, other: String, exactly: Bool, ignoringCase: Bool
    ) {
        let bytes = Array(text.utf8)
        let equal = (bytes.span.isEqual(to: other), bytes.span.isEqualIgnoringCase(to: other))
        #expect(equal == (exactly, ignoringCase))
    }

    @Test(arguments: [
        ("http://x", true), ("HTTP://", true), ("http:/", false), ("", false), ("xhttp://", false),
    ])
    func `A beginning is recognised whatever its case`(text: String, isPrefix: Bool) {
        let bytes = Array(text.utf8)
        let has = bytes.span.hasPrefixIgnoringCase("http://")
        #expect(has == isPrefix)
    }

    @Test(arguments: [(0, 1), (1, 1), (2, 3), (3, 3), (4, nil), (5, nil), (99, nil)])
    func `A byte is found at or after a position`(start: Int, found: Int?) {
        let bytes = Array("a.b.c".utf8)
        let index = bytes.span.firstIndex(of: UInt8(ascii: "."), from: start)
        #expect(index == found)
    }

    @Test func `Hexadecimal digits have their values, and nothing else has one`() {
        for byte in UInt8.min ... .max {
            let text = String(Character(Unicode.Scalar(byte)))
            let expected = byte < 0x80 ? UInt8(text, radix: 16) : nil
            #expect(byte.hexDigitValue == (text == "+" || text == "-" ? nil : expected))
        }
    }
}
