import Testing
import WorkerJSON

@Suite struct JSONGrammarTests {
    @Test(arguments: mistakes)
    func `Every mistake is named with its first wrong byte`(_ mistake: Case) {
        for garbage in ["", " x", ",1", "]", "\"", "\\\"", "\u{80}"] {
            #expect(problem(Text(mistake.text, paddedWith: garbage)) == mistake.says)
        }
        #expect(!accepts(Text(mistake.text, paddedWith: #""]}1:,""#)))
    }

    @Test(arguments: [1, 63, 64, 200])
    func `A mistake keeps its name and moves with white space before it`(_ spaces: Int) {
        for mistake in mistakes where !mistake.says.contains("UTF-") {
            let moved = problem(Text(Array(repeating: 0x20, count: spaces) + mistake.text))
            let (offset, says) = parts(of: mistake.says)
            #expect(moved == "byte \(offset + spaces): \(says)")
        }
    }

    @Test(
        arguments: valid
    )
    func `Every valid text is accepted, whatever the padding holds`(_ text: String) {
        for garbage in ["", "]", "}", "\"", "1", "e5", "\\", ",1]", "\u{0}"] {
            let padded = Text(Array(text.utf8), paddedWith: garbage)
            #expect(problem(padded) == "valid")
        }
    }

    @Test(
        arguments: [
            ("{}", JSONRoot.object), ("[1]", .array), ("\"a\"", .string), ("-0.5e3", .number),
            ("true", .boolean), ("false", .boolean), ("null", .null),
        ], ["", " \t\r\n", String(repeating: " ", count: 100)])
    func `The value's kind and place are found, white space around it left out`(
        _ value: (text: String, root: JSONRoot), _ space: String
    ) throws {
        let document = try read(Text(space + value.text + space))
        let begin = space.utf8.count
        #expect(document.root == value.root)
        #expect(document.range == begin..<begin + value.text.utf8.count)
    }

    @Test func `A sentence quotes printable bytes and writes others in hexadecimal`() {
        #expect(problem(Text("x")) == "byte 0: expected a value, found 'x'")
        #expect(problem(Text("'a'")) == "byte 0: expected a value, found \"'\"")
        #expect(problem(Text([0x0B])) == "byte 0: expected a value, found 0x0B")
        #expect(problem(Text([0x7F])) == "byte 0: expected a value, found 0x7F")
        #expect(problem(Text([0xFF])) == "byte 0: expected a value, found 0xFF")
        #expect(problem(Text("[1 2]")) == "byte 3: expected ',' or ']' after a value, found '2'")
    }

    private func parts(of says: String) -> (offset: Int, says: String) {
        let digits = says.dropFirst(5).prefix { $0 != ":" }
        return (Int(digits) ?? -1, String(says.dropFirst(5 + digits.count + 2)))
    }
}

private let end = "found the end of the text"

private let mistakes: [Case] = [
    // Values
    Case("", "byte 0: expected a value, the text is empty"),
    Case(" \n", "byte 2: expected a value, the text is empty"),
    Case("+1", "byte 0: expected a value, found '+'"),
    Case(".5", "byte 0: expected a value, found '.'"),
    Case("NaN", "byte 0: expected a value, found 'N'"),
    Case("Infinity", "byte 0: expected a value, found 'I'"),
    Case("-Infinity", "byte 1: expected a digit after '-', found 'I'"),
    Case("[NaN]", "byte 1: expected a value or ']' after '[', found 'N'"),
    Case("True", "byte 0: expected a value, found 'T'"),
    Case("]", "byte 0: expected a value, found ']'"),
    Case(",", "byte 0: expected a value, found ','"),
    Case("\\", "byte 0: expected a value, found '\\'"),
    Case("[\\\"a\\\"]", "byte 1: expected a value or ']' after '[', found '\\'"),
    Case("/* */ 1", "byte 0: expected a value, found '/'"),
    Case("\u{0C}1", "byte 0: expected a value, found 0x0C"),
    Case("\u{A0}1", "byte 0: expected a value, found 0xC2"),
    // After the value
    Case("1 2", "byte 2: expected the end of the text after the value, found '2'"),
    Case("{} {}", "byte 3: expected the end of the text after the value, found '{'"),
    Case("[]]", "byte 2: expected the end of the text after the value, found ']'"),
    Case("\"a\"b", "byte 3: expected the end of the text after the value, found 'b'"),
    Case("\"a\"\"b\"", "byte 3: expected the end of the text after the value, found '\"'"),
    Case("truefalse", "byte 4: expected the end of the text after the value, found 'f'"),
    Case("1\u{0C}", "byte 1: expected the end of the text after the value, found 0x0C"),
    Case("[1]#", "byte 3: expected the end of the text after the value, found '#'"),
    Case(
        [0x5B, 0x31, 0x5D, 0], "byte 3: expected the end of the text after the value, found 0x00"),
    // Arrays
    Case("[", "byte 1: expected a value or ']' after '[', \(end)"),
    Case("[,1]", "byte 1: expected a value or ']' after '[', found ','"),
    Case("[1,]", "byte 3: expected a value, found ']'"),
    Case("[1,,2]", "byte 3: expected a value, found ','"),
    Case("[1", "byte 2: expected ',' or ']' after a value, \(end)"),
    Case("[1}", "byte 2: expected ',' or ']' after a value, found '}'"),
    Case("[}", "byte 1: expected a value or ']' after '[', found '}'"),
    Case("[1:2]", "byte 2: expected ',' or ']' after a value, found ':'"),
    Case("[\"a\" \"b\"]", "byte 5: expected ',' or ']' after a value, found '\"'"),
    Case("[1x]", "byte 2: expected ',' or ']' after a value, found 'x'"),
    Case("[1\"a\"]", "byte 2: expected ',' or ']' after a value, found '\"'"),
    Case("[nullx]", "byte 5: expected ',' or ']' after a value, found 'x'"),
    Case("[true\u{1A}]", "byte 5: expected ',' or ']' after a value, found 0x1A"),
    Case("[1\u{0C}2]", "byte 2: expected ',' or ']' after a value, found 0x0C"),
    Case("[[1]", "byte 4: expected ',' or ']' after a value, \(end)"),
    Case("[\"a", "byte 3: unexpected end: the string is not closed"),
    Case("[\"a\",\n4\n,1,", "byte 11: expected a value, \(end)"),
    // Objects
    Case("{", "byte 1: expected a key in quotes or '}' after '{', \(end)"),
    Case("{]", "byte 1: expected a key in quotes or '}' after '{', found ']'"),
    Case("{a:1}", "byte 1: expected a key in quotes or '}' after '{', found 'a'"),
    Case("{'a':1}", "byte 1: expected a key in quotes or '}' after '{', found \"'\""),
    Case("{1:1}", "byte 1: expected a key in quotes or '}' after '{', found '1'"),
    Case("{,}", "byte 1: expected a key in quotes or '}' after '{', found ','"),
    Case("{\"a\"}", "byte 4: expected ':' after a key, found '}'"),
    Case("{\"a\"", "byte 4: expected ':' after a key, \(end)"),
    Case("{\"a\",1}", "byte 4: expected ':' after a key, found ','"),
    Case("{\"a\" 1}", "byte 5: expected ':' after a key, found '1'"),
    Case("{\"a\":}", "byte 5: expected a value, found '}'"),
    Case("{\"a\"::1}", "byte 5: expected a value, found ':'"),
    Case("{\"a\":", "byte 5: expected a value, \(end)"),
    Case("{\"a\":1,}", "byte 7: expected a key in quotes after ',', found '}'"),
    Case("{\"a\":1,", "byte 7: expected a key in quotes after ',', \(end)"),
    Case("{\"a\":1 \"b\":2}", "byte 7: expected ',' or '}' after a value, found '\"'"),
    Case("{\"a\":1", "byte 6: expected ',' or '}' after a value, \(end)"),
    Case("{\"a\":1]", "byte 6: expected ',' or '}' after a value, found ']'"),
    Case("{\"a\":[}", "byte 6: expected a value or ']' after '[', found '}'"),
    Case("{\"a\":\"a\" 123}", "byte 9: expected ',' or '}' after a value, found '1'"),
    // Literals
    Case("tru", "byte 3: expected 'true', \(end)"),
    Case("trUe", "byte 2: expected 'true', found 'U'"),
    Case("[fals]", "byte 5: expected 'false', found ']'"),
    Case("[nul]", "byte 4: expected 'null', found ']'"),
    Case("nan", "byte 1: expected 'null', found 'a'"),
    // Numbers
    Case("-", "byte 1: expected a digit after '-', \(end)"),
    Case("[-]", "byte 2: expected a digit after '-', found ']'"),
    Case("--1", "byte 1: expected a digit after '-', found '-'"),
    Case("-a", "byte 1: expected a digit after '-', found 'a'"),
    Case("01", "byte 1: a number must not go on after a leading 0, found '1'"),
    Case("[-012]", "byte 3: a number must not go on after a leading 0, found '1'"),
    Case("00", "byte 1: a number must not go on after a leading 0, found '0'"),
    Case("1.", "byte 2: expected a digit after '.', \(end)"),
    Case("[1.]", "byte 3: expected a digit after '.', found ']'"),
    Case("1.e1", "byte 2: expected a digit after '.', found 'e'"),
    Case("-.5", "byte 1: expected a digit after '-', found '.'"),
    Case("1e", "byte 2: expected a digit in the exponent, \(end)"),
    Case("1e+", "byte 3: expected a digit in the exponent, \(end)"),
    Case("[1E-]", "byte 4: expected a digit in the exponent, found ']'"),
    Case("1eE2", "byte 2: expected a digit in the exponent, found 'E'"),
    Case("0x1F", "byte 1: expected the end of the text after the value, found 'x'"),
    Case("1_000", "byte 1: expected the end of the text after the value, found '_'"),
    Case("1+2", "byte 1: expected the end of the text after the value, found '+'"),
    Case("1.2.3", "byte 3: expected the end of the text after the value, found '.'"),
    Case("1e5.2", "byte 3: expected the end of the text after the value, found '.'"),
    Case("[- 1]", "byte 2: expected a digit after '-', found ' '"),
    Case("\u{FF11}", "byte 0: expected a value, found 0xEF"),
]

private let valid = [
    "{}", "[]", "\"\"", "0", "-0", "-0.0", "1", "123456789", "1.5", "1e5", "1E+5", "1e-5", "0e0",
    "0e+1", "-1.25E-10", "1e400", "-1e-400", "123456789012345678901234567890", "0.0000000000000001",
    "18446744073709551616", "-9223372036854775809", "true", "false", "null", " true ", "\t\r\n1\n",
    "[[]]", "[{}]", "{\"a\":{}}", "{\"\":0}", "[null, true,false ,1 , \"x\"]", "[ ]", "{ }",
    "{\"a\":1,\"a\":2}", "{ \"a\" : [ 1 , 2 ] , \"b\" : { } }", "[\"\u{7F}\"]", "[\"[{]},:\"]",
    #""\"\\\/\b\f\n\r\t\u0041\uABCD\uabcd""#, #""\ud83d\ude00""#, #""\uDBFF\uDFFF""#,
    #""\u0000""#, #"["\\\\\"", "\\"]"#, #""\uE000\uD7FF""#, "\"é€😀\u{10FFFF}\"",
    "\"\u{2028}\u{85}\"",
    "[1,2,[3,[4,{\"five\":[6]}]],\"seven\"]", "[[[[[[[[[[]]]]]]]]]]", "{\"a\":\"b\\\\\"}",
    "[\"a\",\"\",\"c\"]", "[-0,-1,0.1,1e1]", "{\"\\u0000\":1}", "\"//\"", "[\"\u{FEFF}\"]",
]
