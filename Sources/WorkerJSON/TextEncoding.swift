import CWorkerJSON

/// What the first bytes of a text tell about its encoding.
enum TextEncoding {
    /// Whether the text begins with U+FEFF in UTF-8.
    static func hasMark(_ text: UnsafeRawBufferPointer) -> Bool {
        unsafe text.count >= 3 && text[0] == 0xEF && text[1] == 0xBB && text[2] == 0xBF
    }

    /// Names the problem, if a text that is not valid JSON seems to be in another encoding.
    ///
    /// JSON begins with an ASCII character, so that a mark or a zero among the first bytes tells.
    static func problem(of text: UnsafeRawBufferPointer) -> JSONProblem? {
        guard text.count >= 2 else { return nil }
        let hasUnit32 = text.count >= 4
        let first = unsafe (text[0], text[1])
        let second: (UInt8, UInt8) = hasUnit32 ? unsafe (text[2], text[3]) : (1, 1)
        return switch (first.0, first.1, second.0, second.1) {
        case (0xFF, 0xFE, 0, 0), (0, 0, 0xFE, 0xFF), (1..., 0, 0, 0), (0, 0, 0, 1...): .utf32
        case (0xFF, 0xFE, _, _), (0xFE, 0xFF, _, _), (1..., 0, _, _), (0, 1..., _, _): .utf16
        default: nil
        }
    }
}

/// Questions about UTF-8.
package enum UTF8Text {
    /// Tells whether bytes are UTF-8 as Unicode defines it; no bytes are.
    package static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let start = unsafe bytes.assumingMemoryBound(to: UInt8.self).baseAddress else {
            return true
        }
        return unsafe worker_json_is_utf8(start, bytes.count)
    }
}
