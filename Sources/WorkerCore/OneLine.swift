/// Foreign text on one line: nothing in it ends the line, splits it, steers a terminal or hides.
///
/// Escaped are control characters (`\n`, `\x1b`), line and paragraph separators, and the invisible
/// characters that change the order of others, or only pretend not to be there (`\u202e`). Not so
/// the joiners of emoji and of scripts that need them. A reader cuts long lines, and would take the
/// rest for a line of its own: so the bytes that count are those after escaping.
package enum OneLine {
    /// Returns a text as one line; of longer ones at most `limit` bytes, and how much is missing.
    package static func text(_ text: String, limit: Int) -> String {
        var bytes: [UInt8] = []
        append(text, to: &bytes, limit: limit)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends a text to a line, as `text(_:limit:)` returns it; the line's bytes are whole UTF-8.
    package static func append(_ text: String, to line: inout [UInt8], limit: Int) {
        let utf8 = text.utf8
        let bytes = utf8.span
        var room = limit
        var next = 0
        while next < bytes.count {
            // What needs no look at its characters is copied as a whole.
            let last = min(bytes.count, next + room)
            var end = next
            while end < last, isPlain(bytes, at: end) { end += 1 }
            if end == last { while end < bytes.count, bytes[end] & 0xc0 == 0x80 { end -= 1 } }
            let start = utf8.index(utf8.startIndex, offsetBy: next)
            line += utf8[start..<utf8.index(start, offsetBy: end - next)]
            room -= end - next
            next = end
            guard next < bytes.count else { return }

            let before = line.count
            let character = text.unicodeScalars[utf8.index(utf8.startIndex, offsetBy: next)]
            append(character, to: &line)
            guard line.count - before <= room else {
                line.removeSubrange(before...)
                break
            }
            room -= line.count - before
            next += UTF8.width(character)
        }
        if next < bytes.count { line += " … (\(bytes.count - next) bytes more)".utf8 }
    }

    /// Whether no character that is escaped begins at an index; some that are not escaped count as such.
    ///
    /// A byte that begins one of several bytes is followed by them, for the text is whole UTF-8.
    private static func isPlain(_ bytes: Span<UInt8>, at index: Int) -> Bool {
        switch bytes[index] {
        case 0..<0x20, 0x7f: false
        case 0xc2: bytes[index + 1] >= 0xa0 && bytes[index + 1] != 0xad
        case 0xd8: bytes[index + 1] != 0x9c
        case 0xe1: bytes[index + 1] != 0xa0
        // Of U+2000 to U+207f the dashes, quotation marks, bullets and the ellipsis are plain.
        case 0xe2:
            bytes[index + 1] > 0x81
                || bytes[index + 1] == 0x80 && 0x90..<0xa8 ~= bytes[index + 2]
        case 0xef: bytes[index + 1] != 0xbb && bytes[index + 1] != 0xbf
        case 0xf3: false
        default: true
        }
    }

    /// Whether a character would end a line, steer a terminal, hide or reorder others.
    package static func escapes(_ character: Unicode.Scalar) -> Bool {
        var line: [UInt8] = []
        guard character.value < 0x20 || character.value > 0x7e else { return false }
        append(character, to: &line)
        return line.first == UInt8(ascii: "\\")
    }

    private static func append(_ character: Unicode.Scalar, to line: inout [UInt8]) {
        switch character.value {
        case 0x0a: line += "\\n".utf8
        case 0x0d: line += "\\r".utf8
        case 0x09: line += "\\t".utf8
        case 0..<0x20, 0x7f..<0xa0, 0xad: escape(character, "\\x", digits: 2, to: &line)
        // Arabic letter mark, Mongolian vowel separator, zero width space, directional marks;
        // separators, embeddings and overrides; invisible operators and isolates; byte order mark,
        // interlinear annotations.
        case 0x61c, 0x180e, 0x200b, 0x200e, 0x200f, 0x2028...0x202e, 0x2060...0x206f, 0xfeff,
            0xfff9...0xfffb:
            escape(character, "\\u", digits: 4, to: &line)
        // Tags.
        case 0xe0000...0xe007f: escape(character, "\\U", digits: 8, to: &line)
        default: line += character.utf8
        }
    }

    private static func escape(
        _ character: Unicode.Scalar, _ prefix: String, digits: Int, to line: inout [UInt8]
    ) {
        line += prefix.utf8
        for digit in (0..<digits).reversed() {
            let value = UInt8(character.value >> UInt32(4 * digit) & 15)
            line.append(value < 10 ? 0x30 + value : 0x57 + value)
        }
    }
}

extension String {
    /// The text itself; of one with more than `limit` bytes its beginning, and a note of what is missing.
    package func cut(to limit: Int) -> String {
        guard utf8.count > limit else { return self }
        // Rounded down to a whole character.
        let start = String(unicodeScalars[..<utf8.index(utf8.startIndex, offsetBy: limit)])
        return "\(start) … (\(utf8.count - start.utf8.count) bytes more)"
    }
}
