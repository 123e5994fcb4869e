import Testing
import WorkerJSON

@Suite struct JSONLongTextTests {
    @Test(arguments: [1 << 16, 9 << 16])
    func `Strings may be long, and full of what ends other values`(_ count: Int) {
        let long = "\"" + String(repeating: "a,\\\",]}\\\\é", count: count / 10) + "\""
        for text in [long, "[\(long)]", "[1,\(long),{\"k\":\(long)},2]"] {
            for tail in ["", " ", ",", "]", "\"", "x"] { differences(Array((text + tail).utf8)) }
            differences(Array("[\(text),".utf8), paddedWith: "1]")
        }
    }

    @Test func `Arguments are found where they lie, and white space is dropped`() throws {
        let object = "{\"i\" : 1,\"s\":\"a , b\"}"
        let list = "[" + Array(repeating: object, count: 10_000).joined(separator: " ,") + "]"
        let text = "{\"args\":\(list), \"other\":[\(list)],\"kwargs\" : {\"k\":\(list)} }"
        let body = Text(text).buffer()
        let call = try JSON.parseCallBody(body)
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
}
