import Testing
import WorkerJSON

/// The cases of JSONTestSuite by their meaning, in texts of ours.
@Suite struct JSONTestSuiteTests {
    @Test(arguments: accepted)
    func `What every parser must accept is accepted`(_ row: Row) {
        #expect(problem(Text(row.bytes)) == "valid")
    }

    @Test(arguments: refused)
    func `What every parser must refuse is refused`(_ row: Row) {
        #expect(!accepts(Text(row.bytes)))
    }

    @Test(arguments: decided)
    func `What a parser may decide is decided as the table says`(_ row: Row, _ isAccepted: Bool) {
        #expect(accepts(Text(row.bytes)) == isAccepted)
    }
}

/// A text and what it is a case of.
struct Row: Sendable, CustomTestStringConvertible {
    let meaning: String
    let bytes: [UInt8]

    init(_ meaning: String, _ text: String) {
        self.init(meaning, Array(text.utf8))
    }

    init(_ meaning: String, _ bytes: [UInt8]) {
        self.meaning = meaning
        self.bytes = bytes
    }

    var testDescription: String { meaning }
}

/// A string of these bytes, in an array.
private func string(_ bytes: UInt8...) -> [UInt8] { [0x5B, 0x22] + bytes + [0x22, 0x5D] }

private let accepted = [
    Row("array: spaces around an array in an array", "[ [ ] ]"),
    Row("array: an empty string", "[\"\"]"),
    Row("array: empty", "[]"),
    Row("array: ends with a line feed", "[0\n]\n"),
    Row("array: of each kind", "[null,1,\"1\",{},true,[]]"),
    Row("array: of null alone", "[null]"),
    Row("array: space before and behind", " \t[7]\r\n "),
    Row("array: several nulls", "[1,null,null,null,2]"),
    Row("number: zero with an exponent", "[0e4]"),
    Row("number: a point and an exponent", "[12.5e6]"),
    Row("number: minus zero", "[-0]"),
    Row("number: minus zero with a point", "[-0.0]"),
    Row("number: negative", "[-123]"),
    Row("number: E, E+ and E-", "[1E2,1E+2,1E-2]"),
    Row("number: e, e+ and e-", "[1e2,1e+2,1e-2]"),
    Row("number: zero with a plus in its exponent", "[0e+1]"),
    Row("number: close to zero", "[-0.\(String(repeating: "0", count: 76))1]"),
    Row("number: integer, fraction", "[20,3.25]"),
    Row("object: empty", "{}"),
    Row("object: one member, two members", "{\"x\":{\"a\":1,\"b\":2}}"),
    Row("object: an empty key", "{\"\":1}"),
    Row("object: a key twice, with the same and another value", "{\"k\":1,\"k\":1,\"k\":2}"),
    Row("object: an escaped NUL in a key", #"{"a\u0000b":1}"#),
    Row("object: line feeds between its parts", "{\n\"a\"\n:\n1\n}"),
    Row("object: a long key and an array", "{\"\(String(repeating: "k", count: 80))\":[1]}"),
    Row("object: Cyrillic in escapes", #"{"k":"\u041f\u043e"}"#),
    Row("string: each short escape", #"["\"\\\/\b\f\n\r\t"]"#),
    Row("string: a backslash before a letter u", #"["\\u00e4"]"#),
    Row("string: a surrogate pair in escapes", #"["\ud801\udc37","\uD83D\uDE39"]"#),
    Row("string: the last pair, a noncharacter", #"["\udbff\udfff"]"#),
    Row("string: an escaped NUL, DEL and control characters", #"["\u0000\u007f\u0012"]"#),
    Row("string: noncharacters in escapes", #"["\ufdd0\ufffe\uffff\ud83f\udffe"]"#),
    Row("string: what HTML and JavaScript treat apart", "[\"</script>/* */\u{2028}\u{2029}\"]"),
    Row("string: raw DEL", string(0x7F)),
    Row("string: UTF-8 of two, three and four bytes", "[\"\u{E4}\u{20AC}\u{1D11E}\"]"),
    Row("string: a raw noncharacter and the last scalar", "[\"\u{FFFF}\u{10FFFF}\"]"),
    Row("string: a byte order mark inside", "[\"\u{FEFF}a\"]"),
    Row("string: zero-width and no-break spaces", "[\"\u{200B}\u{2064}\u{A0}\"]"),
    Row("string: escaped quote and backslash at the end", #"["a\"","b\\"]"#),
    Row("string: hexadecimal digits of both cases", #"["\uAbCd\uef01"]"#),
    Row("root: a string, a number, a word", "\"lone\""),
    Row("root: a negative number", "-0.1"),
    Row("root: true", "true"), Row("root: false", "false"), Row("root: null", "null"),
    Row("root: an empty string", "\"\""),
    Row("space: all four", "\t\n\r [\t\n\r ]"),
]

private let refused = [
    Row("array: a word that is cut", "[tru]"),
    Row("array: no comma", "[1 2]"), Row("array: a colon", "[\"a\":1]"),
    Row("array: a comma behind it", "[1],"), Row("array: two commas", "[1,,2]"),
    Row("array: a comma first", "[,1]"), Row("array: a comma last", "[1,]"),
    Row("array: a comma alone", "[,]"), Row("array: commas last", "[1,,]"),
    Row("array: closed twice", "[1]]"), Row("array: closed by a brace", "[1}"),
    Row("array: not closed", "[1"), Row("array: not closed behind a comma", "[1,"),
    Row("array: not closed behind an array", "[[1]"),
    Row("array: a line feed in a number", "[1\n2]"),
    Row("array: an asterisk", "[*]"), Row("array: a minus alone", "[-]"),
    Row("array: bytes that are no UTF-8", [0x5B, 0xE5, 0x5D]),
    Row("array: a vertical tab as space", [0x5B, 0x0B, 0x5D]),
    Row("array: a form feed as space", [0x5B, 0x0C, 0x5D]),
    Row("word: cut", "[nul]"), Row("word: in capitals", "[True]"), Row("word: NULL", "[NULL]"),
    Row("word: with more behind", "[falsey]"), Row("word: bare", "[abc]"),
    Row("number: two minus signs", "[--1]"), Row("number: a plus sign", "[+1]"),
    Row("number: plus in front of infinity", "[+Inf]"), Row("number: NaN", "[NaN]"),
    Row("number: -NaN", "[-NaN]"), Row("number: Infinity", "[Infinity]"),
    Row("number: -Infinity", "[-Infinity]"), Row("number: no digit before the point", "[.5]"),
    Row("number: a minus before the point", "[-.5]"),
    Row("number: no digit behind the point", "[1.]"),
    Row("number: a point before the exponent", "[1.e1]"), Row("number: a leading zero", "[012]"),
    Row("number: a minus and a leading zero", "[-012]"), Row("number: two zeros", "[00]"),
    Row("number: an empty exponent", "[1e]"), Row("number: a sign alone in it", "[1e+]"),
    Row("number: two exponents", "[1e1e1]"), Row("number: two signs in it", "[1e+-1]"),
    Row("number: a point in it", "[1e1.5]"), Row("number: two points", "[1.2.3]"),
    Row("number: hexadecimal", "[0x1F]"), Row("number: hexadecimal in part", "[0x]"),
    Row("number: a letter behind", "[1a]"), Row("number: a letter within", "[1a2]"),
    Row("number: an expression", "[1+2]"), Row("number: separated thousands", "[1 000]"),
    Row("number: a minus and a space", "[- 1]"), Row("number: a minus and a letter", "[-x]"),
    Row("number: full-width digits", "[\u{FF11}]"), Row("number: zero, exponent, nothing", "[0e]"),
    Row("number: cut UTF-8 behind it", [0x5B, 0x31, 0xE5, 0x5D]),
    Row("number: cut UTF-8 in its exponent", [0x5B, 0x31, 0x65, 0xE5, 0x5D]),
    Row("object: a key without quotes", "{a:1}"), Row("object: a number as a key", "{1:1}"),
    Row("object: a word as a key", "{null:null}"), Row("object: a key in single quotes", "{'a':0}"),
    Row("object: no value", "{\"a\":"), Row("object: no colon", "{\"a\" 1}"),
    Row("object: two colons", "{\"a\"::1}"), Row("object: a comma for a colon", "{\"a\",1}"),
    Row("object: a comma last", "{\"a\":1,}"), Row("object: commas last", "{\"a\":1,,}"),
    Row("object: two commas", "{\"a\":1,,\"b\":2}"), Row("object: a comma alone", "{,}"),
    Row("object: a value without a key", "{:1}"), Row("object: an array as a key", "{[]:1}"),
    Row("object: closed by a bracket", "{\"a\":1]"), Row("object: not closed", "{\"a\":1"),
    Row("object: a key alone", "{\"a\"}"), Row("object: text behind", "{\"a\":1}#"),
    Row("object: a second one behind", "{}{}"), Row("object: a comment behind", "{}//"),
    Row("object: a comment within", "{\"a\":/**/1}"), Row("object: a brace behind", "{}}"),
    Row("object: a key that is cut UTF-8", [0x7B, 0x22, 0xB9, 0x22, 0x3A, 0x30, 0x7D]),
    Row("string: a raw NUL", string(0)), Row("string: a raw line feed", string(0x0A)),
    Row("string: a raw tab", string(9)), Row("string: a raw unit separator", string(0x1F)),
    Row("string: not closed", "[\"a"), Row("string: a quote alone", "\""),
    Row("string: single quotes", "['a']"), Row("string: no quotes", "[a\u{E4}]"),
    Row("string: an escape of no meaning", #"["\a"]"#), Row("string: \\x", #"["\x00"]"#),
    Row("string: a capital U", #"["\U0041"]"#), Row("string: an escaped raw NUL", string(0x5C, 0)),
    Row("string: an escaped raw tab", string(0x5C, 9)),
    Row("string: an escape that is cut", #"["\"#), Row("string: \\u cut", #"["\u00A"]"#),
    Row("string: \\u with no digit", #"["\uqqqq"]"#), Row("string: \\u alone", #"["\u"]"#),
    Row("string: an escaped quote ends nothing", #"["\"]"#),
    Row("string: a second surrogate that is cut", #"["\ud834\uDd"]"#),
    Row("string: a pair cut behind the backslash", #"["\ud800\"]"#),
    Row("string: a pair cut behind the u", #"["\ud800\u"]"#),
    Row("string: a pair with a wrong escape", #"["\ud800\ux"]"#),
    Row("string: an escaped byte that is no UTF-8", string(0x5C, 0xE5)),
    Row("string: text behind it", "\"a\"x"), Row("string: an emoji escaped", "[\"\\\u{1F300}\"]"),
    Row("structure: nothing", ""), Row("structure: spaces", "  "), Row("structure: a NUL", [0]),
    Row("structure: a NUL behind", [0x5B, 0x5D, 0]), Row("structure: a brace", "{"),
    Row("structure: a bracket", "["), Row("structure: closing alone", "]"),
    Row("structure: angle brackets", "<null>"), Row("structure: a byte of text", "a"),
    Row("structure: a no-break space", "[\u{A0}]"), Row("structure: a word joiner", "[\u{2060}]"),
    Row("structure: a byte order mark that is cut", [0xEF, 0xBB, 0x7B, 0x7D]),
    Row("structure: two values", "1 2"), Row("structure: a comma", ","),
    Row("structure: brackets as a mesh", "[{]}"), Row("structure: escaped outside", #"[\u0041]"#),
    Row("structure: a hundred thousand brackets", Array(repeating: 0x5B, count: 100_000)),
    Row(
        "structure: as many objects in arrays",
        Array(String(repeating: "[{\"\":", count: 50_000).utf8)),
]

/// The reason stands before each group.
private let decided: [(Row, Bool)] = [
    // Numbers are not computed, only handed on as they are spelt: none is too large or too small.
    (Row("number: exponents beyond any type", "[1e9999,-1e9999,1e-9999]"), true),
    (Row("number: an exponent of many digits", "[0.4e00669999999999999]"), true),
    (Row("number: integers beyond 64 bits", "[123456789012345678901234567890]"), true),
    (Row("number: negative ones", "[-123456789012345678901234567890]"), true),
    // Half of a pair is no text, and plugins in most languages cannot hold it (RFC 7493, 2.1).
    (Row("string: the first half alone", #"["\ud800"]"#), false),
    (Row("string: the second half alone", #"["\udfaa"]"#), false),
    (Row("string: the halves the wrong way round", #"["\udd1e\ud834"]"#), false),
    (Row("string: two first halves", #"["\ud800\ud800"]"#), false),
    (Row("string: a first half before a letter", #"["\ud800x"]"#), false),
    (Row("string: a first half before an escape", #"["\ud800\n"]"#), false),
    (Row("object: a key of the first half", #"{"\ud800":0}"#), false),
    // What is not UTF-8 is not JSON (RFC 8259, 8.1); nothing is replaced.
    (Row("string: bytes that are no UTF-8", string(0xFF)), false),
    (Row("string: a sequence that is cut", string(0xE0, 0xFF)), false),
    (Row("string: a continuation alone", string(0x81)), false),
    (Row("string: Latin-1", string(0xE9)), false),
    (Row("string: overlong, of two bytes", string(0xC0, 0xAF)), false),
    (
        Row("string: overlong, of four and six bytes", string(0xFC, 0x83, 0xBF, 0xBF, 0xBF, 0xBF)),
        false
    ),
    (Row("string: a surrogate in UTF-8", string(0xED, 0xA0, 0x80)), false),
    (Row("string: beyond the last scalar", string(0xF4, 0xBF, 0xBF, 0xBF)), false),
    (Row("structure: UTF-16 without a mark", [0, 0x5B, 0, 0x5D]), false),
    (Row("structure: UTF-16 with a mark", [0xFF, 0xFE, 0x5B, 0, 0x5D, 0]), false),
    // Deep enough for all that people send, and bounded.
    (
        Row(
            "structure: 500 levels",
            String(repeating: "[", count: 500) + String(repeating: "]", count: 500)), true
    ),
    (
        Row(
            "structure: 1,001 levels",
            String(repeating: "[", count: 1001) + String(repeating: "]", count: 1001)),
        false
    ),
    // A mark in front is allowed to be ignored (RFC 8259, 8.1).
    (Row("structure: a byte order mark in front", "\u{FEFF}{}"), true),
]
