/// The members of an object in text that has been validated: where their values lie, found by key.
///
/// For the few small objects that the worker itself has to understand; nothing is parsed into values
/// before it is asked for.
package struct JSONMembers: Sendable {
    private let text: [UInt8]
    /// Where each value lies, of a repeated key the last.
    private var values: [String: Range<Int>] = [:]

    /// Validates a text and finds the members of the object that it is; nil if it is none.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        var buffer = ByteBuffer()
        do throws(JSONAppendError) {
            guard try unsafe buffer.appendJSON(bytes, as: .value) == .object else { return nil }
        } catch {
            return nil
        }
        self.init(compact: unsafe buffer.withUnsafeBytes { unsafe [UInt8]($0) })
    }

    /// The same of a text.
    package init?(_ text: String) {
        var text = text
        guard let members = text.withUTF8({ unsafe JSONMembers(UnsafeRawBufferPointer($0)) }) else {
            return nil
        }
        self = members
    }

    /// Finds the members of a valid, compact object.
    private init(compact text: [UInt8]) {
        self.text = text
        var index = 1
        while index < text.count, text[index] != UInt8(ascii: "}") {
            if text[index] == UInt8(ascii: ",") { index += 1 }
            let keyEnd = Self.end(of: index, in: text)
            let valueEnd = Self.end(of: keyEnd + 1, in: text)
            values[Self.string(text[index..<keyEnd])] = keyEnd + 1..<valueEnd
            index = valueEnd
        }
    }

    /// The names of the members, in no order.
    package var keys: [String] { Array(values.keys) }

    /// All members as one text, each behind a comma, so that they can follow others.
    package var further: String {
        let inner = text.dropFirst().dropLast()
        return inner.isEmpty ? "" : "," + String(decoding: inner, as: UTF8.self)
    }

    /// The text of a member's value, as valid JSON.
    package func json(_ key: String) -> ArraySlice<UInt8>? { values[key].map { text[$0] } }

    /// A member that is a string.
    package func string(_ key: String) -> String? {
        guard let value = json(key), value.first == UInt8(ascii: "\"") else { return nil }
        return Self.string(value)
    }

    /// A member that is a number.
    package func number(_ key: String) -> Double? {
        json(key).flatMap { Double(String(decoding: $0, as: UTF8.self)) }
    }

    /// A member that is an object.
    package func object(_ key: String) -> JSONMembers? {
        guard let value = json(key), value.first == UInt8(ascii: "{") else { return nil }
        return JSONMembers(compact: Array(value))
    }

    /// A member that is an array, of whose elements the strings count.
    package func strings(_ key: String) -> [String]? {
        json(key).flatMap { Self.strings(in: $0) }
    }

    /// A member that is an array of such arrays; an element of another kind counts as an empty one.
    package func rows(_ key: String) -> [[String]]? {
        json(key).flatMap { Self.elements(of: $0) }?.map { Self.strings(in: $0) ?? [] }
    }

    private static func strings(in array: ArraySlice<UInt8>) -> [String]? {
        elements(of: array)?.filter { $0.first == UInt8(ascii: "\"") }.map { string($0) }
    }

    /// The elements of a valid, compact array; nil if the text is none.
    private static func elements(of array: ArraySlice<UInt8>) -> [ArraySlice<UInt8>]? {
        guard array.first == UInt8(ascii: "[") else { return nil }
        let text = Array(array)
        var elements: [ArraySlice<UInt8>] = []
        var index = 1
        while index < text.count - 1 {
            if text[index] == UInt8(ascii: ",") { index += 1 }
            let end = end(of: index, in: text)
            elements.append(text[index..<end])
            index = end
        }
        return elements
    }

    /// Where the value that begins at an index ends, in valid, compact text.
    private static func end(of start: Int, in text: [UInt8]) -> Int {
        var index = start
        var depth = 0
        repeat {
            switch text[index] {
            case UInt8(ascii: "\""):
                index += 1
                while text[index] != UInt8(ascii: "\"") {
                    index += text[index] == UInt8(ascii: "\\") ? 2 : 1
                }
                index += 1
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                index += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                index += 1
            case UInt8(ascii: ","), UInt8(ascii: ":"):
                index += 1
            default:
                while index < text.count, !",:]}".utf8.contains(text[index]) { index += 1 }
            }
        } while depth > 0
        return index
    }

    /// The text that a valid string literal stands for.
    private static func string(_ literal: ArraySlice<UInt8>) -> String {
        let inner = literal.dropFirst().dropLast()
        guard inner.contains(UInt8(ascii: "\\")) else {
            return String(decoding: inner, as: UTF8.self)
        }
        var units: [UInt16] = []
        var rest = String(decoding: inner, as: UTF8.self).unicodeScalars[...]
        while let scalar = rest.popFirst() {
            guard scalar == "\\", let escape = rest.popFirst() else {
                units.append(contentsOf: String(scalar).utf16)
                continue
            }
            switch escape {
            case "b": units.append(0x08)
            case "f": units.append(0x0C)
            case "n": units.append(0x0A)
            case "r": units.append(0x0D)
            case "t": units.append(0x09)
            case "u":
                let digits = String(String.UnicodeScalarView(rest.prefix(4)))
                rest = rest.dropFirst(4)
                units.append(UInt16(digits, radix: 16) ?? 0xFFFD)
            default: units.append(contentsOf: String(escape).utf16)
            }
        }
        return String(decoding: units, as: UTF16.self)
    }
}
