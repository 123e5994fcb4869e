import CWorkerJSON

extension ByteBuffer {
    /// Creates a buffer with the UTF-8 of a string, or without where there is no memory.
    package init(_ text: String) {
        self.init()
        append(text)
    }

    /// Creates a buffer with a JSON object that ends with one string, which is quoted here.
    package init(object start: StaticString, endingWith text: String) {
        self.init()
        append(start)
        appendJSONString(text)
        append("}" as StaticString)
    }

    /// Appends the UTF-8 of a string literal in the source.
    ///
    /// - Returns: False where there is no memory.
    @discardableResult
    package mutating func append(_ text: StaticString) -> Bool {
        guard text.hasPointerRepresentation else {
            return append(String(Character(text.unicodeScalar)))
        }
        return unsafe append(
            UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends the UTF-8 of a string.
    ///
    /// - Returns: False where there is no memory.
    @discardableResult
    package mutating func append(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { unsafe append(UnsafeRawBufferPointer($0)) }
    }

    /// Appends a JSON string literal, with its quotes, for bytes of any kind.
    ///
    /// Escapes quotes, backslashes, control characters, and U+0085, U+2028 and U+2029, at which clients
    /// split lines. What is not UTF-8 becomes U+FFFD.
    ///
    /// - Returns: False where there is no memory; then nothing is appended.
    @discardableResult
    package mutating func appendJSONString(_ text: UnsafeRawBufferPointer) -> Bool {
        guard let bytes = unsafe text.assumingMemoryBound(to: UInt8.self).baseAddress else {
            return append("\"\"" as StaticString)
        }
        let length = unsafe worker_json_literal_length(bytes, text.count)
        guard reserve(extra: length), let end = unsafe end else { return false }
        unsafe worker_json_write_literal(
            bytes, text.count, end.assumingMemoryBound(to: UInt8.self))
        commit(length)
        return true
    }

    /// Appends a JSON string literal, with its quotes.
    ///
    /// - Returns: False where there is no memory; then nothing is appended.
    @discardableResult
    package mutating func appendJSONString(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { unsafe appendJSONString(UnsafeRawBufferPointer($0)) }
    }
}

extension JSON {
    /// A string literal, with its quotes.
    package static func quoted(_ text: String) -> String {
        var buffer = ByteBuffer()
        buffer.appendJSONString(text)
        return unsafe buffer.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
    }
}

/// A text that several hold and none changes; it goes with the last of them.
package final class SharedText: Sendable {
    /// The text.
    package let bytes: ByteBuffer

    /// Makes one of a buffer, which is full.
    package init(_ bytes: consuming ByteBuffer) { self.bytes = bytes }
}
