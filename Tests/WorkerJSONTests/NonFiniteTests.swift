import Testing
import WorkerJSON

/// Numbers that JSON does not have, which Python writes into lines of streams.
@Suite struct NonFiniteTests {
    @Test(arguments: [
        "NaN", "Infinity", "-Infinity", "[NaN]", "[NaN,Infinity,-Infinity,-1]",
        #"{"a":NaN,"b":[Infinity,-Infinity],"c":"NaN"}"#, " [ NaN , -Infinity ] ",
    ])
    func `Python's names for them stand raw in its lines, and are refused elsewhere`(
        _ text: String
    ) {
        // Once short and once long, for the two readers.
        for text in [text, "[\(text),\"\(Self.long)\"]"] {
            let compact = text.filter { $0 != " " }
            #expect(line(text, .pythonLine) == compact + "\n")
            #expect(line(text, .line) == nil)
            #expect(line(text, .value) == nil)
            #expect((try? JSON.validate(buffer(text))) == nil)
            #expect((try? JSON.parseCallBody(buffer("{\"args\":[\(text)]}"))) == nil)
            guard compact.count <= ShortLine.limit else { continue }
            #expect(short(compact, .pythonLine) == compact + "\n")
            #expect(short(compact, .line) == nil)
        }
    }

    @Test(arguments: [
        #""\ud800""#, #"["\udfffx","\ud83d"]"#, #"{"\udc00":"\ud800\n"}"#, #""\udc00\ud83d""#,
    ])
    func `Halves of surrogate pairs are escapes in its lines, and are refused elsewhere`(
        _ text: String
    ) {
        #expect(line(text, .pythonLine) == text + "\n")
        #expect(line("[\(text),\"\(Self.long)\"]", .pythonLine) != nil)
        #expect(line(text, .line) == nil)
        #expect(line(text.replacing("\\ud", with: "\\ux"), .pythonLine) == nil)
        #expect((try? JSON.validate(buffer(text))) == nil)
    }

    @Test(arguments: [
        "nan", "NAN", "Na", "N", "NaNs", "NaN1", "1NaN", "-NaN", "+Infinity", "Inf", "Infinit",
        "-Inf", "-Infinit", "Infinity1", "--Infinity", "- Infinity", "{NaN:1}", "[NaN", "[NaNN]",
        "[NaN Infinity]", "{\"a\":Infinity", "NaN,",
    ])
    func `What is spelt otherwise is refused in Python's lines too`(_ text: String) {
        #expect(line(text, .pythonLine) == nil)
        #expect(line("[\(text),\"\(Self.long)\"]", .pythonLine) == nil)
        #expect(short(text, .pythonLine) == nil)
    }

    @Test func `The first wrong byte is named behind them`() {
        var buffer = ByteBuffer()
        do throws(JSONAppendError) {
            try append("[NaN,-Infinity,nan]", &buffer, .pythonLine)
            Issue.record("accepted")
        } catch {
            #expect(error.description == "invalid JSON at byte 16: expected 'null', found 'a'")
        }
        #expect(buffer.count == 0)
    }

    /// An empty object stands where one of them does: it is a value that glues with nothing.
    @Test func `Both readers take them wherever a value may stand, and only there`() {
        let tokens = ["NaN", "Infinity", "-Infinity", "-", "[", "]", ",", "1", "\"NaN\"", "I", "N"]
        func visit(_ text: String, _ count: Int) {
            let plain = text.replacing("-Infinity", with: "{}").replacing("Infinity", with: "{}")
                .replacing("NaN", with: "{}")
            let expected = line(plain, .line) != nil
            if (line(text, .pythonLine) == text + "\n") != expected
                || (short(text, .pythonLine) == text + "\n") != expected
            {
                Issue.record("'\(text)' is not judged as '\(plain)' is")
            }
            guard count < 4 else { return }
            for token in tokens { visit(text + token, count + 1) }
        }
        visit("", 0)
    }

    private static let long = String(repeating: "x", count: 400)

    private func buffer(_ text: String) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.append(text)
        return buffer
    }

    private func append(
        _ text: String, _ buffer: inout ByteBuffer, _ style: JSONStyle
    ) throws(JSONAppendError) {
        // A copy that is exactly as long, so that the address sanitizer sees any byte too many.
        let copy = UnsafeMutableRawBufferPointer.allocate(
            byteCount: text.utf8.count, alignment: 1)
        defer { unsafe copy.deallocate() }
        unsafe copy.copyBytes(from: text.utf8)
        _ = try unsafe buffer.appendJSON(UnsafeRawBufferPointer(copy), as: style)
    }

    /// What the reader of all texts makes of one.
    private func line(_ text: String, _ style: JSONStyle) -> String? {
        var buffer = ByteBuffer()
        guard (try? append(text, &buffer, style)) != nil else { return nil }
        return buffer.text
    }

    /// What the reader of short lines makes of one.
    private func short(_ text: String, _ style: JSONStyle) -> String? {
        let line = UnsafeMutableRawBufferPointer.allocate(
            byteCount: ShortLine.room, alignment: 1)
        defer { unsafe line.deallocate() }
        let bytes = Array(text.utf8)
        let length = unsafe bytes.withUnsafeBytes { bytes in
            guard let start = line.baseAddress else { return 0 }
            return unsafe ShortLine.write(bytes, to: start, as: style)
        }
        return length == 0 ? nil : unsafe String(decoding: line.prefix(length), as: UTF8.self)
    }
}
