import Testing
import WorkerJSON

@Suite struct JSONStringTests {
    @Test(arguments: mistakes)
    func `Every mistake in a string is named with its first wrong byte`(_ mistake: Case) {
        for garbage in ["", " x", "\"\"\"\"", "\\\"", "0\"", "\u{80}"] {
            #expect(problem(Text(mistake.text, paddedWith: garbage)) == mistake.says)
        }
        #expect(!accepts(Text(mistake.text, paddedWith: "\"\"\"\"")))
    }

    @Test func `Every control character must be escaped`() {
        for byte in UInt8(0)..<0x20 {
            let digits = String(byte, radix: 16, uppercase: true)
            let hexadecimal = byte < 16 ? "0x0\(digits)" : "0x\(digits)"
            #expect(
                problem(Text(Array("[\"a".utf8) + [byte] + Array("\"]".utf8)))
                    == "byte 3: a control character must be escaped, found \(hexadecimal)")
        }
    }

    @Test func `Only eight bytes and 'u' make an escape`() {
        for byte in UInt8.min...UInt8.max where byte != UInt8(ascii: "u") {
            let text = Text([0x22, 0x5C, byte, 0x22])
            let expected = "\"\\/bfnrt".utf8.contains(byte)
            #expect(accepts(text) == expected, "\(byte)")
        }
    }

    @Test func `Only hexadecimal digits follow 'u'`() {
        for byte in UInt8.min...UInt8.max {
            let digit = UnicodeScalar(byte).properties.isASCIIHexDigit
            for place in 0..<4 {
                var text = Array("\"\\u0000\"".utf8)
                text[3 + place] = byte
                #expect(accepts(Text(text)) == digit)
            }
        }
    }

    @Test(arguments: invalidUTF8)
    func `Invalid UTF-8 is refused where it begins`(_ sequence: [UInt8]) {
        for before in [0, 1, 5, 60, 61, 62, 63, 64, 130] {
            let text = [0x22] + Array(repeating: 0x61, count: before) + sequence + [0x22]
            let found = String(sequence[0], radix: 16, uppercase: true)
            #expect(
                problem(Text(text)) == "byte \(before + 1): invalid UTF-8, found 0x\(found)")
            #expect(!accepts(Text(text)))
            let isValid = unsafe sequence.withUnsafeBytes { unsafe UTF8Text.isValid($0) }
            #expect(!isValid)
        }
    }

    @Test func `The first and last scalar of each length are UTF-8`() {
        let text = "\u{0}\u{7F}\u{80}\u{7FF}\u{800}\u{D7FF}\u{E000}\u{FFFF}\u{10000}\u{10FFFF}"
        for text in [text, ""] {
            let isValid = unsafe Array(text.utf8).withUnsafeBytes { unsafe UTF8Text.isValid($0) }
            #expect(isValid)
        }
        #expect(problem(Text("\"\(text.dropFirst())\"")) == "valid")
    }
}

private let mistakes: [Case] = [
    Case("\"", "byte 1: unexpected end: the string is not closed"),
    Case("\"abc", "byte 4: unexpected end: the string is not closed"),
    Case("\"abc\\\"", "byte 6: unexpected end: the string is not closed"),
    Case("\"abc\\", "byte 5: unexpected end: the string is not closed"),
    Case("\"\\u12", "byte 5: unexpected end: the string is not closed"),
    Case("{\"a", "byte 3: unexpected end: the string is not closed"),
    Case("[\"a\"\"]", "byte 4: expected ',' or ']' after a value, found '\"'"),
    Case("\"a\nb\"", "byte 2: a control character must be escaped, found 0x0A"),
    Case("[\"\t\"]", "byte 2: a control character must be escaped, found 0x09"),
    Case("\"\\x41\"", "byte 2: expected one of \"\\/bfnrtu after a backslash, found 'x'"),
    Case("\"\\'\"", "byte 2: expected one of \"\\/bfnrtu after a backslash, found \"'\""),
    Case("\"\\\u{E9}\"", "byte 2: expected one of \"\\/bfnrtu after a backslash, found 0xC3"),
    Case("\"\\U0041\"", "byte 2: expected one of \"\\/bfnrtu after a backslash, found 'U'"),
    Case("\"\\u\"", "byte 3: expected four hexadecimal digits after \\u, found '\"'"),
    Case("\"\\u004\"", "byte 6: expected four hexadecimal digits after \\u, found '\"'"),
    Case("\"\\u00g0\"", "byte 5: expected four hexadecimal digits after \\u, found 'g'"),
    Case("\"\\u+041\"", "byte 3: expected four hexadecimal digits after \\u, found '+'"),
    Case("\"\\ud800\"", "byte 1: lone surrogate: a \\u escape is half of a pair"),
    Case("\"\\udfff\"", "byte 1: lone surrogate: a \\u escape is half of a pair"),
    Case("\"ab\\uDC00\\uD800\"", "byte 3: lone surrogate: a \\u escape is half of a pair"),
    Case("\"\\ud800\\n\"", "byte 1: lone surrogate: a \\u escape is half of a pair"),
    Case("\"\\ud800x\"", "byte 1: lone surrogate: a \\u escape is half of a pair"),
    Case("\"\\ud800\\ud800\"", "byte 1: lone surrogate: a \\u escape is half of a pair"),
    Case("\"\\ud800\\ue000\"", "byte 1: lone surrogate: a \\u escape is half of a pair"),
    Case("\"\\ud83d\\ude00\\ude00\"", "byte 13: lone surrogate: a \\u escape is half of a pair"),
    Case("\"\\ud83d\\u12\"", "byte 11: expected four hexadecimal digits after \\u, found '\"'"),
    Case("{\"\\ud83d\":1}", "byte 2: lone surrogate: a \\u escape is half of a pair"),
]

private let invalidUTF8: [[UInt8]] = [
    [0x80], [0xBF], [0xFE], [0xFF],  // no lead byte
    [0xC0, 0x80], [0xC0, 0xAF], [0xC1, 0xBF], [0xE0, 0x80, 0xAF], [0xE0, 0x9F, 0xBF],  // overlong
    [0xF0, 0x80, 0x80, 0xAF], [0xF0, 0x8F, 0xBF, 0xBF],
    [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF],  // surrogates
    [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80],  // beyond U+10FFFF
    [0xF8, 0x88, 0x80, 0x80, 0x80],
    [0xC2], [0xE2, 0x82], [0xE2], [0xF0, 0x9F, 0x98], [0xF0],  // truncated
    [0xE2, 0x82, 0x41], [0xC3, 0xC3, 0xA9], [0xF0, 0x9F, 0x41, 0x80],  // interrupted
]
