internal import FoundationEssentials

/// Finds keys that an object of a JSON text has more than once, and leaves the last of each.
///
/// The worker passes on what the client sent, where the last counts; for JSONDecoder the first does.
struct RepeatedKeys {
    /// An object or array that is being walked through.
    private struct Level {
        let isObject: Bool
        var awaitsKey: Bool
        /// Where the members begin, in their order, and the latest of each name.
        var starts: [Int] = []
        var latest: [String: Int] = [:]
    }

    private let text: [UInt8]
    private var levels: [Level] = []
    private var superfluous: [Range<Int>] = []

    /// Returns the text without the members that a later one of their name replaces.
    ///
    /// - Parameter text: JSON; what is not is returned in some form that is not either.
    /// - Returns: JSON.
    static func removed(from text: Data) -> Data {
        var keys = RepeatedKeys(text: [UInt8](text))
        keys.walk()
        return keys.superfluous.isEmpty ? text : keys.rest()
    }

    private init(text: [UInt8]) {
        self.text = text
    }

    private mutating func walk() {
        var index = 0
        while index < text.count {
            switch text[index] {
            case UInt8(ascii: "{"): levels.append(Level(isObject: true, awaitsKey: true))
            case UInt8(ascii: "["): levels.append(Level(isObject: false, awaitsKey: false))
            case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = levels.popLast()
            case UInt8(ascii: ","):
                if let level = levels.last, level.isObject {
                    levels[levels.count - 1].awaitsKey = true
                }
            case UInt8(ascii: "\""):
                let end = endOfString(from: index)
                if levels.last?.awaitsKey == true { takeKey(index..<end) }
                index = end - 1
            default: break
            }
            index += 1
        }
    }

    /// Returns the place behind the closing quote.
    private func endOfString(from start: Int) -> Int {
        var index = start + 1
        while index < text.count, text[index] != UInt8(ascii: "\"") {
            index += text[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(index + 1, text.count)
    }

    /// Notes a member by its key; an earlier one of the name reaches up to the member behind it.
    private mutating func takeKey(_ range: Range<Int>) {
        let name = name(range)
        let top = levels.count - 1
        levels[top].awaitsKey = false
        levels[top].starts.append(range.lowerBound)
        let member = levels[top].starts.count - 1
        if let earlier = levels[top].latest.updateValue(member, forKey: name) {
            superfluous.append(levels[top].starts[earlier]..<levels[top].starts[earlier + 1])
        }
    }

    private func name(_ range: Range<Int>) -> String {
        let quoted = text[range]
        if quoted.contains(UInt8(ascii: "\\")),
            let name = try? JSONDecoder().decode(String.self, from: Data(quoted))
        {
            return name
        }
        return String(decoding: quoted.dropFirst().dropLast(), as: UTF8.self)
    }

    private func rest() -> Data {
        var rest = Data()
        var position = 0
        for range in superfluous.sorted(by: { $0.lowerBound < $1.lowerBound })
        where range.upperBound > position {
            rest.append(contentsOf: text[position..<max(position, range.lowerBound)])
            position = range.upperBound
        }
        rest.append(contentsOf: text[position...])
        return rest
    }
}
