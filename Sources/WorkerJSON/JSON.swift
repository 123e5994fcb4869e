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
