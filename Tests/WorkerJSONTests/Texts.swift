import Testing
import WorkerJSON

/// The bytes of a JSON text, and garbage for its padding that could pass for more of it.
struct Text: Sendable {
    let bytes: [UInt8]
    var garbage: [UInt8] = []

    init(_ bytes: [UInt8], paddedWith garbage: String = "") {
        self.bytes = bytes
        self.garbage = Array(garbage.utf8)
    }

    init(_ text: String, paddedWith garbage: String = "") {
        self.init(Array(text.utf8), paddedWith: garbage)
    }

    /// A buffer that holds the bytes, and right after them the garbage.
    func buffer() -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.append(bytes + garbage)
        buffer.removeAll(keepingCapacity: true)
        buffer.append(bytes)
        return buffer
    }
}

extension ByteBuffer {
    mutating func append(_ bytes: [UInt8]) {
        let appended = unsafe bytes.withUnsafeBytes { unsafe append($0) }
        if !appended { Issue.record("no memory") }
    }

    /// A copy of the bytes in use.
    var bytes: [UInt8] { unsafe withUnsafeBytes { unsafe Array($0) } }

    /// The bytes in use as a string.
    var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// What a valid text holds.
func read(_ text: Text) throws(JSONError) -> JSONDocument {
    try JSON.validate(text.buffer())
}

/// Whether a text is valid.
func accepts(_ text: Text) -> Bool {
    (try? read(text)) != nil
}

/// What is wrong with a text, or "valid".
func problem(_ text: Text) -> String {
    do throws(JSONError) {
        _ = try read(text)
        return "valid"
    } catch {
        return error.description
    }
}

/// A text and what is said about it.
struct Case: Sendable, CustomTestStringConvertible {
    let text: [UInt8]
    let says: String

    init(_ text: String, _ says: String) {
        self.text = Array(text.utf8)
        self.says = says
    }

    init(_ text: [UInt8], _ says: String) {
        self.text = text
        self.says = says
    }

    var testDescription: String {
        "\(String(decoding: text, as: UTF8.self).debugDescription): \(says)"
    }
}

/// Whether the reference accepts a text; records whatever the reader does otherwise.
@discardableResult
func differences(_ text: [UInt8], paddedWith garbage: String = "") -> Bool {
    // A byte order mark is skipped before the reader sees the text.
    if text.starts(with: [0xEF, 0xBB, 0xBF]) { return false }
    let buffer = Text(text, paddedWith: garbage).buffer()
    func record(_ what: String) {
        let shown = String(decoding: text, as: UTF8.self).debugDescription
        Issue.record("\(what) of \(shown) differs")
    }
    do throws(ReferenceReader.Wrong) {
        let expected = try ReferenceReader(text)
        if (try? JSON.validate(buffer).range) != expected.range { record("the range") }
        if (try? JSON.parseCallBody(buffer)) != expected.call { record("the call") }
        var compact = ByteBuffer()
        _ = unsafe text.withUnsafeBytes { try? unsafe compact.appendJSON($0, as: .value) }
        if compact.bytes != expected.compact { record("the compact form") }
        return true
    } catch let wrong {
        do throws(JSONError) {
            _ = try JSON.validate(buffer)
            record("the verdict")
        } catch let found {
            // What is in another encoding is told at the first byte.
            let isOther = [.utf16, .utf32, .byteOrderMark].contains(found.problem)
            if !isOther, found.offset != wrong.offset { record("the first wrong byte") }
        }
        return false
    }
}
