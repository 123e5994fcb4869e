import Testing
import WorkerJSON

@Suite struct JSONEncodingTests {
    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    @Test func `A byte order mark is skipped, and offsets still count from the first byte`() throws
    {
        let found = try read(Text(Self.mark + Array(" [1] ".utf8)))
        #expect(found == JSONDocument(root: .array, range: 4..<7))
        #expect(
            problem(Text(Self.mark + Array("[1,]".utf8)))
                == "byte 6: expected a value, found ']'")
        #expect(problem(Text(Self.mark)) == "byte 3: expected a value, the text is empty")
        #expect(
            problem(Text(Self.mark + Self.mark + Array("1".utf8)))
                == "byte 3: expected a value, found 0xEF")
        #expect(problem(Text([0xEF, 0xBB])) == "byte 0: expected a value, found 0xEF")
        #expect(problem(Text("[\u{FEFF}1]")).hasPrefix("byte 1: expected a value or ']'"))
    }

    @Test(arguments: ["1", "{}", "[1, 2]", "\"é\"", "\"中文\"", "{\"args\": []}"])
    func `UTF-16 and UTF-32 are named, with and without a mark`(_ text: String) {
        let units16 = Array(text.utf16)
        let units32 = text.unicodeScalars.map(\.value)
        for marked in [true, false] {
            let all16 = (marked ? [0xFEFF] : []) + units16
            let all32 = (marked ? [0xFEFF] : []) + units32
            let says16 = "byte 0: the text is UTF-16, expected UTF-8"
            let says32 = "byte 0: the text is UTF-32, expected UTF-8"
            #expect(problem(Text(all16.flatMap { bytes($0.littleEndian) })) == says16)
            #expect(problem(Text(all16.flatMap { bytes($0.bigEndian) })) == says16)
            #expect(problem(Text(all32.flatMap { bytes($0.littleEndian) })) == says32)
            #expect(problem(Text(all32.flatMap { bytes($0.bigEndian) })) == says32)
        }
    }

    @Test func `A zero byte later in the text is only a wrong byte`() {
        #expect(
            problem(Text("[1\u{0}]")) == "byte 2: expected ',' or ']' after a value, found 0x00")
        #expect(problem(Text([0])) == "byte 0: expected a value, found 0x00")
        #expect(problem(Text([0, 0, 0, 0])) == "byte 0: expected a value, found 0x00")
    }

    private func bytes<Unit: FixedWidthInteger>(_ unit: Unit) -> [UInt8] {
        (0..<Unit.bitWidth / 8).map { UInt8(truncatingIfNeeded: unit >> (8 * Unit($0))) }
    }
}
