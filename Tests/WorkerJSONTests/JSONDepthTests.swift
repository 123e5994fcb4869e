import Testing
import WorkerJSON

@Suite struct JSONDepthTests {
    @Test(arguments: [
        ("[", "", "]"), ("{\"a\":", "0", "}"), ("[{\"a\":", "0", "}]"), (" [ ", " ", " ] "),
    ])
    func `1000 levels are valid, level 1001 is refused at its bracket`(
        _ open: String, _ inner: String, _ close: String
    ) {
        let levels = open.filter { "[{".contains($0) }.count
        let pairs = JSON.maximumDepth / levels
        func nested(_ pairs: Int, _ core: String) -> String {
            String(repeating: open, count: pairs) + core + String(repeating: close, count: pairs)
        }
        let deepest = nested(pairs, inner)
        let tooDeep = nested(pairs, "[]")
        #expect(accepts(Text(deepest)))
        #expect(!accepts(Text(tooDeep)))
        let offset = open.utf8.count * pairs
        #expect(problem(Text(tooDeep)) == "byte \(offset): nesting deeper than 1000 levels")
    }

    @Test(arguments: ["[", "{\"a\":", "[{\"a\":["])
    func `Very deep and never closed texts need no stack`(_ open: String) {
        let text = Text(String(repeating: open, count: 200_000))
        #expect(problem(text).hasSuffix("nesting deeper than 1000 levels"))
    }

    @Test(arguments: [0, 1, 63, 64, 65, 500, 999])
    func `Brackets of 1000 levels must match at every level`(_ level: Int) {
        var text = Array(String(repeating: "[", count: 1000).utf8)
        text += Array(String(repeating: "]", count: 1000).utf8)
        text[1999 - level] = UInt8(ascii: "}")
        let expected = "byte \(1999 - level): expected "
        #expect(problem(Text(text)).hasPrefix(expected))
    }

    @Test func `Levels side by side do not add up`() {
        let deep = String(repeating: "[", count: 999) + String(repeating: "]", count: 999)
        let text = Text("[" + Array(repeating: deep, count: 20).joined(separator: ",") + "]")
        #expect(problem(text) == "valid")
    }
}
