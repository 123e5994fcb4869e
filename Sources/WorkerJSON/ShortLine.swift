import CWorkerJSON

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
