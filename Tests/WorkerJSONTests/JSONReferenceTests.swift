import TestSupport
import Testing
import WorkerJSON

/// The reader decides as one does that was written for that alone: about changed copies of valid
/// texts, from a fixed seed, and about all short ones.
@Suite struct JSONReferenceTests {
    @Test(arguments: 1...4)
    func `Changed copies of valid texts are read as the reference reads them`(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var accepted = 0
        let rounds = 7500
        for _ in 0..<rounds {
            var text = Self.value(depth: 4, &random)
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                Self.mutate(&text, &random)
            }
            let garbage = Self.garbage.randomElement(using: &random) ?? ""
            accepted += differences(text, paddedWith: garbage) ? 1 : 0
        }
        #expect((rounds / 5...rounds * 4 / 5).contains(accepted), "\(accepted) of \(rounds)")
    }

    @Test func `Every text of up to three of these bytes is read as the reference reads it`() {
        let alphabet = Array("{}[]:,\"\\1-.e 0tn".utf8) + [0x0C, 0xC3]
        var text: [UInt8] = []
        func visit() {
            differences(text, paddedWith: "1]}\"")
            guard text.count < 3 else { return }
            for byte in alphabet {
                text.append(byte)
                visit()
                text.removeLast()
            }
        }
        visit()
    }

    @Test(arguments: [0x80, 0xC2, 0xE0, 0xE1, 0xED, 0xF0, 0xF4, 0xF5] as [UInt8])
    func `Every second byte after a lead byte is judged as the reference judges it`(
        _ lead: UInt8
    ) {
        for second in UInt8.min...UInt8.max {
            for before in [0, 58, 59, 60, 61, 62, 130] {
                let space = [UInt8](repeating: 0x20, count: before)
                for rest in [[], [0x80], [0x80, 0x80], [0x80, 0x80, 0x80]] as [[UInt8]] {
                    let bytes = [lead, second] + rest
                    differences(Array("[\"".utf8) + space + bytes + Array("\"]".utf8))
                    let isValid = unsafe (space + bytes).withUnsafeBytes {
                        unsafe UTF8Text.isValid($0)
                    }
                    let expected = String(validating: space + bytes, as: UTF8.self) != nil
                    if isValid != expected { Issue.record("\(bytes) after \(before)") }
                }
            }
        }
    }

    private static let garbage = ["", " x", "]", "\"}", "0123", "e1,", "\\\\\\", "}}}}]]]]"]
    private static let scalars = [
        "0", "-1", "12.5", "1e9", "-0.0E-2", "true", "false", "null", "9007199254740993",
    ]
    private static let pieces = [
        "a", "args", "kwargs", "\\n", "\\\\", "\\\"", "\\u0061", "\\ud83d\\ude00", "é", "€", "😀",
        "\u{2028}", "[1]", "text text text", ":", String(repeating: "x", count: 64),
        String(repeating: "é漢😀", count: 9), String(repeating: "\\\\", count: 33),
    ]
    private static let splices: [[UInt8]] =
        [
            "{", "}", "[", "]", ":", ",", "\"", "\\", " ", "\n", "0", "1", "-", "+", ".", "e", "t",
            "null",
            "\\u", "\\ud800", "\\udc00", "//", "\u{0}", "\u{1F}", "\u{0C}", "\u{1A}", "\u{FEFF}",
            "\"\"",
        ].map { Array($0.utf8) } + [[0x80], [0xC3], [0xE2, 0x80], [0xED, 0xA0, 0x80], [0xF5]]

    private static func string(_ random: inout SeededGenerator) -> String {
        let parts = (0..<Int.random(in: 0...3, using: &random)).map { _ in
            pieces.randomElement(using: &random) ?? ""
        }
        return "\"" + parts.joined() + "\""
    }

    private static func space(_ random: inout SeededGenerator) -> String {
        ["", "", "", " ", "\n", "\t \r", String(repeating: " ", count: 70)].randomElement(
            using: &random) ?? ""
    }

    private static func json(depth: Int, _ random: inout SeededGenerator) -> String {
        let kind = Int.random(in: depth == 4 ? 0...3 : 0...6, using: &random)
        switch (kind, depth) {
        case (0...2, 1...), (3, 2...):
            let open = kind % 2 == 0
            let members = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                let value = json(depth: depth - 1, &random)
                return space(&random)
                    + (open ? string(&random) + space(&random) + ":" + space(&random) : "")
                    + value + space(&random)
            }
            return (open ? "{" : "[") + members.joined(separator: ",") + (open ? "}" : "]")
        case (4, _): return scalars.randomElement(using: &random) ?? "0"
        default: return string(&random)
        }
    }

    private static func value(depth: Int, _ random: inout SeededGenerator) -> [UInt8] {
        Array((space(&random) + json(depth: depth, &random) + space(&random)).utf8)
    }

    private static func mutate(_ text: inout [UInt8], _ random: inout SeededGenerator) {
        let place = Int.random(in: 0...text.count, using: &random)
        let rest = text.count - place
        switch Int.random(in: 0...4, using: &random) {
        case 0 where rest > 0: text.remove(at: place)
        case 1 where rest > 0: text[place] = UInt8.random(in: 0...255, using: &random)
        case 2 where rest > 0: text.removeLast(Int.random(in: 1...rest, using: &random))
        case 3 where rest > 0:
            let count = Int.random(in: 1...min(rest, 20), using: &random)
            text.insert(contentsOf: Array(text[place..<place + count]), at: place)
        default:
            text.insert(contentsOf: splices.randomElement(using: &random) ?? [], at: place)
        }
    }
}
