import CWorkerJSON
import Glibc

extension ByteBuffer {
    /// Validates one JSON value and appends it without insignificant white space.
    ///
    /// The text may be foreign memory without padding, must not lie in this buffer, and may not begin
    /// with a byte order mark. It is copied once, to where it is appended, and validated there; only
    /// where there is white space to drop is it copied again.
    ///
    /// - Parameters:
    ///   - text: The JSON text, UTF-8; white space around the value is dropped.
    ///   - style: What is done beyond compaction.
    /// - Returns: The kind of the value.
    /// - Throws: `JSONAppendError`; the buffer then holds what it held before.
    package mutating func appendJSON(
        _ text: UnsafeRawBufferPointer, as style: JSONStyle
    ) throws(JSONAppendError) -> JSONRoot {
        let count = text.count
        // One more byte than the value, for the line end.
        guard reserve(extra: count + 1), let end = unsafe end else { throw .outOfMemory }
        if let source = text.baseAddress {
            unsafe end.copyMemory(from: source, byteCount: count)
        }
        let copy = unsafe end.assumingMemoryBound(to: UInt8.self)
        let outcome = unsafe worker_json_validate(copy, count, style == .pythonLine)
        guard outcome.problem == .WORKER_JSON_VALID else {
            throw unsafe .invalid(
                JSONError(outcome, in: UnsafeRawBufferPointer(start: end, count: count)))
        }
        var length = outcome.end - outcome.begin
        if outcome.has_white_space, let value = text.baseAddress {
            let first = unsafe value.assumingMemoryBound(to: UInt8.self) + outcome.begin
            length = unsafe worker_json_compact(first, length, copy)
        } else if outcome.begin > 0 {
            unsafe memmove(copy, copy + outcome.begin, length)
        }
        commit(style == .value ? length : try endLine(length))
        return JSONRoot(outcome.root)
    }

    /// Makes one line of a value that is written after the count, and returns the line's length.
    private mutating func endLine(_ length: Int) throws(JSONAppendError) -> Int {
        guard let value = unsafe end else { throw .outOfMemory }
        let growth = unsafe worker_json_line_break_growth(
            value.assumingMemoryBound(to: UInt8.self), length)
        let grown = length + growth
        guard reserve(extra: grown + 1), let line = unsafe end else { throw .outOfMemory }
        if growth > 0 {
            unsafe worker_json_escape_line_breaks(
                line.assumingMemoryBound(to: UInt8.self), length, growth)
        }
        unsafe line.storeBytes(of: UInt8(ascii: "\n"), toByteOffset: grown, as: UInt8.self)
        return grown + 1
    }
}

/// Why a JSON value was not appended.
package enum JSONAppendError: Error, Equatable, CustomStringConvertible {
    /// The text is not one JSON value; offsets count from its first byte.
    case invalid(JSONError)
    /// There is no memory for it.
    case outOfMemory

    /// A sentence that says what is wrong and where.
    package var description: String {
        switch self {
        case .invalid(let error): "invalid JSON at \(error)"
        case .outOfMemory: "no memory for the JSON text"
        }
    }
}

/// How a JSON value is appended to a buffer.
package enum JSONStyle: Sendable {
    /// Without insignificant white space, otherwise byte for byte.
    case value
    /// As `value`, with U+0085, U+2028 and U+2029 escaped, and one line end after it.
    ///
    /// Clients split lines at those three characters too.
    case line
    /// As `line`, with NaN, Infinity and -Infinity as numbers and halves of surrogate pairs as escapes,
    /// which is how Python writes them.
    case pythonLine
}

/// Lines of a stream as most of them are: short, and already as they are to be sent.
package enum ShortLine {
    /// How many bytes `write` may write.
    package static let room = Int(WORKER_JSON_SHORT_LINE_ROOM)
    /// The longest value that may become a short line, in bytes.
    package static let limit = Int(WORKER_JSON_SHORT_LINE)

    /// Copies a JSON value with a line end behind it, if it is short, valid and compact.
    ///
    /// The text may be foreign memory without padding. What `appendJSON` would not
    /// refuse may be refused here: it decides then. What is written, it would have written too.
    ///
    /// - Parameters:
    ///   - text: The JSON text, UTF-8.
    ///   - line: Where the line is written; has `room` bytes.
    ///   - style: A kind of line, the same as for `appendJSON`.
    /// - Returns: The line's length, or 0.
    package static func write(
        _ text: UnsafeRawBufferPointer, to line: UnsafeMutableRawPointer,
        as style: JSONStyle = .line
    ) -> Int {
        guard let source = unsafe text.assumingMemoryBound(to: UInt8.self).baseAddress else {
            return 0
        }
        return unsafe worker_json_short_line(
            source, text.count, line.assumingMemoryBound(to: UInt8.self), style == .pythonLine)
    }
}
