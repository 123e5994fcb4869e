import Testing
import WorkerJSON

/// Texts longer than the windows in which the block-wise reader looks at them, 64 KiB.
@Suite struct JSONWindowTests {
    private static let window = 64 << 10
    private static let pieces = [
        "1", "\"a,b,,c\"", "{\"k\":[1,2],\"l\":\"}\"}", #""\\\",\ud83d\ude00""#, "[[],{}]", "1 ",
        ",", "]", "}", "1 2", "\"a", "tru", "{\"a\",1}", "{\"a\":", #""\x""#, "\"\\", "[1}",
    ]
    private static let tails = [",1]", "]", "", ",", ",\"a\"", ",1]]", "\"]"]

    @Test(arguments: pieces)
    func `Both readers agree on what lies at the end of a window`(_ piece: String) {
        for offset in 0...piece.utf8.count + 2 {
            let fill = "[" + String(repeating: "0,", count: Self.window / 2 - 40)
            let rest = Self.window - fill.utf8.count - 1 - offset
            let begin = fill + String(repeating: " ", count: rest)
            for tail in Self.tails { #expect(agree(begin + piece + tail), "\(piece)\(tail)") }
        }
    }

    @Test(arguments: [1, 2, 9, 20])
    func `Strings full of commas may be longer than windows`(_ windows: Int) {
        let long = "\"" + String(repeating: "a,\\\",", count: windows * Self.window / 5) + "\""
        for text in [long, "[\(long)]", "[1,\(long),{\"k\":\(long)},2]"] {
            #expect(agree(text))
            #expect(agree(text + ","))
            #expect(agree("[\(text),"))
            #expect(agree("[1,\(text)x]"))
        }
    }

    @Test func `Arguments are found where they lie, and white space is dropped`() throws {
        let object = "{\"i\" : 1,\"s\":\"a , b\"}"
        let list = "[" + Array(repeating: object, count: 10_000).joined(separator: " ,") + "]"
        let text = "{\"args\":\(list), \"other\":[\(list)],\"kwargs\" : {\"k\":\(list)} }"
        let body = Text(text).buffer()
        let call = try JSON.parseCallBody(body, with: .blockwise)
        #expect(call == (try JSON.parseCallBody(body, with: .bytewise)))
        #expect(call.args == 8..<8 + list.utf8.count)
        var buffer = ByteBuffer()
        let bytes = Array(text.utf8)
        _ = try unsafe bytes.withUnsafeBytes { try unsafe buffer.appendJSON($0, as: .value) }
        let compact = "{\"i\":1,\"s\":\"a , b\"}"
        let compactList = list.replacing(object, with: compact).replacing(" ,{", with: ",{")
        let expected =
            "{\"args\":\(compactList),\"other\":[\(compactList)],"
            + "\"kwargs\":{\"k\":\(compactList)}}"
        #expect(buffer.text == expected)
    }

    private func agree(_ text: String) -> Bool {
        // Garbage behind it that could pass for more of it.
        let buffer = Text(text, paddedWith: "]").buffer()
        let blockwise = try? JSON.validate(buffer, with: .blockwise)
        return blockwise == (try? JSON.validate(buffer, with: .bytewise))
    }
}
