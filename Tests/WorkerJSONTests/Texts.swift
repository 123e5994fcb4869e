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

/// What a reader finds in a valid text.
func read(
    _ text: Text, _ reader: JSONReader = .automatic
) throws(JSONError) -> JSONDocument {
    try JSON.validate(text.buffer(), with: reader)
}

/// Whether a reader accepts a text.
func accepts(_ text: Text, _ reader: JSONReader) -> Bool {
    (try? read(text, reader)) != nil
}

/// What is wrong with a text, or "valid".
func problem(_ text: Text, _ reader: JSONReader = .automatic) -> String {
    do throws(JSONError) {
        _ = try read(text, reader)
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
