import Testing
import WorkerJSON

@Suite struct AppendJSONTests {
    @Test(arguments: [
        ("1", "1"), (" \n true\t", "true"), ("\"a  b\"", "\"a  b\""), ("  \" \"  ", "\" \""),
        (#"{ "a" : [ 1 , 2 ] , "b c" : " { } " }"#, #"{"a":[1,2],"b c":" { } "}"#),
        ("[\r\n\t1.50,\n 1E+2, 1e400]", "[1.50,1E+2,1e400]"),
        (#"[ "\" ", "\\" , "\u0041 \/" ]"#, #"["\" ","\\","\u0041 \/"]"#),
        ("[123456789012345678901234567890 ]", "[123456789012345678901234567890]"),
        ("\n{\"a\":1,\"a\":2}\n", "{\"a\":1,\"a\":2}"), ("[ ]", "[]"),
        ("[\"é\u{2028}\"]", "[\"é\u{2028}\"]"),
    ])
    func `White space outside strings goes, everything else stays byte for byte`(
        _ text: String, _ compact: String
    ) throws {
        // Once short and once long, for the two readers.
        for repeats in [1, 40] {
            let all = repeats == 1 ? text : "[" + repeated(text, repeats, by: " , ") + "]"
            let expected = repeats == 1 ? compact : "[" + repeated(compact, repeats, by: ",") + "]"
            var buffer = ByteBuffer()
            buffer.append("before")
            _ = try append(all, .value, to: &buffer)
            #expect(buffer.text == "before" + expected)
            _ = try append(all, .line, to: &buffer)
            let line = expected.replacing("\u{2028}", with: "\\u2028") + "\n"
            #expect(buffer.text == "before" + expected + line)
        }
    }

    @Test(arguments: [("[]", JSONRoot.array), (" null ", .null)])
    func `The kind of the value is returned`(_ text: String, _ root: JSONRoot) throws {
        var buffer = ByteBuffer()
        let found = try append(text, .value, to: &buffer)
        #expect(found == root)
    }

    @Test(arguments: [
        ("", "invalid JSON at byte 0: expected a value, the text is empty"),
        ("[1,]", "invalid JSON at byte 3: expected a value, found ']'"),
        ("\u{FEFF}1", "invalid JSON at byte 0: a byte order mark is not allowed"),
        ("\"a", "invalid JSON at byte 2: unexpected end: the string is not closed"),
        (
            "1\n2\n",
            "invalid JSON at byte 2: expected the end of the text after the value, found '2'"
        ),
    ])
    func `After an error the buffer is as before`(_ text: String, _ says: String) throws {
        for style in [JSONStyle.value, .line] {
            var buffer = ByteBuffer()
            buffer.append("before")
            do throws(JSONAppendError) {
                _ = try append(text, style, to: &buffer)
                Issue.record("accepted")
            } catch {
                #expect(error.description == says)
            }
            #expect(buffer.text == "before")
            _ = try append("2", style, to: &buffer)
            #expect(buffer.text.hasPrefix("before2"))
        }
    }

    @Test func `Line breaks of Unicode are escaped in lines at every offset, and only there`()
        throws
    {
        let raw = "\u{85}\u{2028}\u{2029}é\u{A0}\u{2027}\u{202A}\u{1F085}\u{84}"
        let escaped = "\\u0085\\u2028\\u2029é\u{A0}\u{2027}\u{202A}\u{1F085}\u{84}"
        for offset in 0...130 {
            let space = String(repeating: "s", count: offset)
            var buffer = ByteBuffer()
            buffer.append("x")
            _ = try append("{ \"\(space)\(raw)\" : \"\(raw)\(space)\" }", .line, to: &buffer)
            #expect(buffer.text == "x{\"\(space)\(escaped)\":\"\(escaped)\(space)\"}\n")
            buffer.removeAll(keepingCapacity: false)
            _ = try append("\"\(space)\(raw)\"", .value, to: &buffer)
            #expect(buffer.text == "\"\(space)\(raw)\"")
        }
    }

    @Test func `Many lines make one stream`() throws {
        var buffer = ByteBuffer()
        for index in 0..<1000 {
            _ = try append("{\"n\": \(index)}", .line, to: &buffer)
        }
        #expect(buffer.text == (0..<1000).map { "{\"n\":\($0)}\n" }.joined())
    }

    private func append(
        _ text: String, _ style: JSONStyle, to buffer: inout ByteBuffer
    ) throws(JSONAppendError) -> JSONRoot {
        // A copy that is exactly as long, so that the address sanitizer sees any byte too many.
        let copy = UnsafeMutableRawBufferPointer.allocate(
            byteCount: text.utf8.count, alignment: 1)
        defer { unsafe copy.deallocate() }
        unsafe copy.copyBytes(from: text.utf8)
        return try unsafe buffer.appendJSON(UnsafeRawBufferPointer(copy), as: style)
    }

    private func repeated(_ text: String, _ count: Int, by separator: String) -> String {
        Array(repeating: text, count: count).joined(separator: separator)
    }
}
