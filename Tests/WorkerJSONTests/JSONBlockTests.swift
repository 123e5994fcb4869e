import Testing
import WorkerJSON

/// Tokens and mistakes at every place relative to the blocks of 64 bytes.
@Suite struct JSONBlockTests {
    private static let tokens = [
        "[]", "{}", "\"\"", "\"a\"", "true", "false", "null", "-1.5e-3", "{\"k\":[1,2]}",
        #""\ud83d\ude00""#, #""\\\\\\\\\"""#, "\"é€😀\"", #"["\\","\\\\"]"#,
        "123456789012345678901234567890", #"{"a":"b\"c","d":null}"#,
    ]
    private static let mistakes = [
        "[1,]", "{\"a\" 1}", "tru", "01", "\"\\x\"", "\"\u{1}\"", #""\ud800""#, "1.", "[1}", "-",
        "\"a\"b", "nullx", "1\"\"", "\\", "'a'",
    ]

    @Test(arguments: tokens)
    func `A valid token is found at every offset`(_ token: String) {
        for offset in 0...130 {
            for text in surroundings(token, offset) {
                #expect(accepts(Text(text)), "\(text)")
            }
        }
    }

    @Test(arguments: mistakes)
    func `A mistake is refused at every offset, and placed right`(_ mistake: String) {
        for offset in 0...130 {
            for text in surroundings(mistake, offset) {
                #expect(!differences(Array(text.utf8)))
            }
        }
    }

    @Test func `Runs of backslashes before a quote decide by parity across blocks`() {
        for before in 50...70 {
            for run in 1...70 {
                let text =
                    "[\"" + String(repeating: "a", count: before)
                    + String(repeating: "\\", count: run) + "\"]"
                #expect(accepts(Text(text)) == run.isMultiple(of: 2))
            }
        }
    }

    @Test func `Strings of every length up to 200 close where they close`() throws {
        for length in 0...200 {
            let text = "\"" + String(repeating: "x", count: length) + "\""
            let document = try read(Text(text + "  "))
            #expect(document.range == 0..<length + 2)
            #expect(!accepts(Text(String(text.dropLast()))))
            #expect(
                problem(Text(String(text.dropLast())))
                    == "byte \(length + 1): unexpected end: the string is not closed")
        }
    }

    @Test(arguments: [1 << 20, 3 << 20])
    func `Large texts are read and their errors placed`(_ size: Int) throws {
        var text = Array(repeating: UInt8(ascii: "x"), count: size)
        text[0] = UInt8(ascii: "\"")
        text[size - 1] = UInt8(ascii: "\"")
        let document = try read(Text(text))
        #expect(document == JSONDocument(root: .string, range: 0..<size))
        text[size - 7] = 0xFF
        #expect(problem(Text(text)) == "byte \(size - 7): invalid UTF-8, found 0xFF")
        #expect(problem(Text("[1]")) == "valid")
    }

    /// The token after white space, inside an array, as a member, and after a string.
    private func surroundings(_ token: String, _ offset: Int) -> [String] {
        let space = String(repeating: " ", count: offset)
        let long = String(repeating: "s", count: offset)
        return [
            space + token, "[" + space + token + "]", "{\"\(long)\":" + token + "}",
            "[\"\(long)\"," + token + ",0]", "[\(token)\(space)]",
        ]
    }
}
