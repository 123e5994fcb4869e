import Testing
import WorkerJSON

@Suite struct ShortLineTests {
    @Test(arguments: [
        "{}", "[]", "0", "-0", "12.50", "1e400", "-1.0E+2", "0e-1", "true", "false", "null",
        "\"\"", "\"a\"", #"{"i":1}"#, #"[{},[],{"a":[1,{"b":null}]},"x"]"#,
        #""\\ \" \/ \u0041 \ud83d\ude00""#, "\"é漢\u{1F600}\u{2027}\u{202A}\u{84}\u{86}\"",
        #"{"a key of more than eight bytes":"and  a text","true":false,"e":[true,null]}"#,
    ])
    func `A compact value becomes a line, byte for byte`(_ text: String) {
        #expect(short(Array(text.utf8)) == Array(text.utf8) + [0x0A])
    }

    @Test(arguments: [
        "", " 1", "1 ", "[1, 2]", "{\"a\" :1}", "{ }", "\"a\u{85}\"", "\"\u{2028}\"",
        "[\"\u{2029}\"]", "1\n", "\n", "01", "-", "-a", "1.", "1.e1", "1e", "1e+", "+1", ".5",
        "tru", "truefalse", "nul", "falsy", "True", "{", "[", "]", "}", "[}", "{]", "[1,]",
        "{\"a\":1,}", "{\"a\"}", "{\"a\":}", "{1:2}", "{,}", "[,]", "1,2", "[1]]", "[[1]",
        "\"", "\"a", "\"\\\"", #""\x""#, #""\u12""#, #""\ud800""#, #""\udc00""#, "\"\n\"",
        "\"123456789\t\"", "\u{FEFF}1", "\0", "[1\0]",
    ])
    func `What is not compact or not valid is left to others`(_ text: String) {
        #expect(short(Array(text.utf8)) == nil)
    }

    @Test(arguments: [0x80, 0xC2, 0xE2, 0xED, 0xF5, 0xFF])
    func `What is no UTF-8 is left to others`(_ byte: UInt8) {
        for count in 0...9 {
            let space = [UInt8](repeating: 0x61, count: count)
            #expect(short([0x22] + space + [byte, 0x22]) == nil)
            #expect(short([0x22] + space + [byte]) == nil)
        }
    }

    @Test func `A value of 256 bytes is short, one of 257 is not; 63 levels are few, 64 are not`() {
        for count in 0...300 {
            let text = "\"\(String(repeating: "s", count: count))\""
            #expect((short(Array(text.utf8)) != nil) == (count + 2 <= 256))
        }
        for depth in 1...100 {
            let open = String(repeating: "[", count: depth)
            let close = String(repeating: "]", count: depth)
            #expect((short(Array("\(open)\(close)".utf8)) != nil) == (depth <= 63))
            #expect(short(Array("\(open)1\(close)]".utf8)) == nil)
            #expect(short(Array("\(open)1".utf8)) == nil)
        }
        #expect(ShortLine.limit == 256)
    }

    @Test func `It agrees with the other reader on every text of up to four of these bytes`() {
        let alphabet = Array("{}[]:,\"\\1-.e 0".utf8) + [0x0A, 0xC3]
        var text: [UInt8] = []
        func visit() {
            if !agree(text) { Issue.record("the readers differ on \(text)") }
            guard text.count < 4 else { return }
            for byte in alphabet {
                text.append(byte)
                visit()
                text.removeLast()
            }
        }
        visit()
    }

    @Test(arguments: 1...4)
    func `It agrees with them on changed copies of valid texts`(_ seed: Int) {
        let texts = [
            #"{"i":123,"text":"hello, world","f":-1.5e3,"b":[true,false,null]}"#,
            "[\"é漢\u{1F600}\u{2028}\u{85}\",{\"key\":\"\\u0041\\n\"}]",
        ]
        let bytes = Array("{}[]:,\"\\1-.eE+ 0tfnu".utf8) + [0x0A, 0x85, 0xA8, 0xC2, 0xE2, 0x80]
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for round in 0..<5000 {
            var text = Array(texts[round % texts.count].utf8)
            for _ in 0...random(3) {
                switch random(3) {
                case 0: text[random(text.count)] = bytes[random(bytes.count)]
                case 1: text.insert(bytes[random(bytes.count)], at: random(text.count))
                default: text.remove(at: random(text.count))
                }
            }
            if !agree(text) { Issue.record("the readers differ on \(text)") }
        }
    }

    /// Whether the line is the one that the other reader makes, and there if it needs no changes.
    private func agree(_ text: [UInt8]) -> Bool {
        var buffer = ByteBuffer()
        let isValid = unsafe text.withUnsafeBytes { bytes in
            (try? unsafe buffer.appendJSON(bytes, as: .line)) != nil
        }
        let other = isValid ? buffer.bytes : nil
        let own = short(text)
        return own == (other == text + [0x0A] ? other : nil)
    }

    /// The line, if the text becomes one.
    private func short(_ text: [UInt8]) -> [UInt8]? {
        // Both exactly as long as promised, so that the address sanitizer sees any byte too many.
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: text.count, alignment: 1)
        let line = UnsafeMutableRawBufferPointer.allocate(
            byteCount: ShortLine.room, alignment: 1)
        defer {
            unsafe copy.deallocate()
            unsafe line.deallocate()
        }
        unsafe copy.copyBytes(from: text)
        guard let start = line.baseAddress else { return nil }
        let length = unsafe ShortLine.write(UnsafeRawBufferPointer(copy), to: start)
        return length == 0 ? nil : unsafe Array(line.prefix(length))
    }
}
