import CWorkerJSON

/// Validation of JSON texts (RFC 8259, with the surrogates of RFC 7493), in place and without copies.
///
/// All functions may be called on any thread, and need no memory but the text.
package enum JSON {
    /// The number of arrays and objects that may be open at once.
    package static let maximumDepth = Int(WORKER_JSON_MAXIMUM_DEPTH)

    /// Validates a whole text; a byte order mark at its begin is skipped.
    ///
    /// - Throws: `JSONError` with the first wrong byte, counted from the begin of the buffer.
    @discardableResult
    package static func validate(
        _ text: borrowing ByteBuffer
    ) throws(JSONError) -> JSONDocument {
        let outcome = try unsafe read(text) { bytes, count in
            unsafe worker_json_validate(bytes, count, false)
        }
        return JSONDocument(root: JSONRoot(outcome.root), range: outcome.begin..<outcome.end)
    }

    /// Lends the text after a mark to `body`, and gives the outcome in offsets of the whole buffer.
    static func read(
        _ text: borrowing ByteBuffer,
        _ body: (UnsafePointer<UInt8>, Int) -> worker_json_outcome
    ) throws(JSONError) -> worker_json_outcome {
        guard let start = unsafe text.start else {
            throw JSONError(offset: 0, problem: .empty, found: nil)
        }
        let skipped = unsafe text.withUnsafeBytes { unsafe TextEncoding.hasMark($0) ? 3 : 0 }
        var outcome = unsafe body(start + skipped, text.count - skipped)
        outcome.begin += skipped
        outcome.end += skipped
        guard outcome.problem == .WORKER_JSON_VALID else {
            throw unsafe text.withUnsafeBytes { unsafe JSONError(outcome, in: $0) }
        }
        return outcome
    }
}

/// What a valid JSON text holds, and where.
package struct JSONDocument: Equatable, Sendable {
    /// The kind of the value.
    package let root: JSONRoot
    /// Where the value lies in its buffer, in bytes, without a mark and white space around it.
    package let range: Range<Int>

    /// Creates a description of a document.
    package init(root: JSONRoot, range: Range<Int>) {
        self.root = root
        self.range = range
    }
}

/// The kinds of JSON values.
package enum JSONRoot: Sendable, CustomStringConvertible {
    /// A value in braces.
    case object
    /// A value in brackets.
    case array
    /// A value in quotes.
    case string
    /// A number of any size and precision.
    case number
    /// Either `true` or `false`.
    case boolean
    /// The literal `null`.
    case null

    init(_ root: worker_json_root) {
        self =
            switch root {
            case .WORKER_JSON_OBJECT: .object
            case .WORKER_JSON_ARRAY: .array
            case .WORKER_JSON_STRING: .string
            case .WORKER_JSON_NUMBER: .number
            case .WORKER_JSON_BOOLEAN: .boolean
            case .WORKER_JSON_NULL: .null
            }
    }

    /// The kind as it stands in a sentence: "an object".
    package var description: String {
        switch self {
        case .object: "an object"
        case .array: "an array"
        case .string: "a string"
        case .number: "a number"
        case .boolean: "a boolean"
        case .null: "null"
        }
    }
}
