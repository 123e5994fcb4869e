import Glibc
import WorkerCore

/// The making of log records: one event, one record, whatever the message contains.
enum LogLine {
    /// The bytes of a message that are logged, escapes included; more are cut.
    ///
    /// journald splits lines of more than 48 KiB, and would read a priority at the beginning of the
    /// second piece: a line stays well below, with what stands before and behind its message.
    static let maxMessage = 40 << 10
    /// The bytes of a field that stand in a line of text.
    private static let maxField = 2 << 10

    /// Returns what is written of a record in a format.
    ///
    /// `isJournal` puts the priority in front of a text that journald reads.
    static func bytes(
        _ record: LogRecord, at time: Timestamp, _ format: LogFormat = .text, isJournal: Bool
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(record.message.utf8.count + 128)
        switch format {
        case .text: appendText(record, time, isJournal, to: &bytes)
        case .json: appendJSON(record, time, to: &bytes)
        case .journal: appendEntry(record, to: &bytes)
        }
        return bytes
    }

    private static func appendText(
        _ record: LogRecord, _ time: Timestamp, _ isJournal: Bool, to bytes: inout [UInt8]
    ) {
        if isJournal { bytes += "<\(priority(record.level))>".utf8 }
        time.append(to: &bytes)
        bytes.append(UInt8(ascii: " "))
        bytes += record.level.description.utf8
        bytes.append(UInt8(ascii: " "))
        if let label = record.kind.label {
            bytes += label.utf8
            for field in record.fields {
                bytes += field.name.inText.utf8
                bytes.append(UInt8(ascii: "="))
                OneLine.append(field.text, to: &bytes, limit: maxField)
                bytes.append(UInt8(ascii: " "))
            }
            if record.kind.isToldByFields {
                bytes[bytes.count - 1] = UInt8(ascii: "\n")
                return
            }
            bytes += "detail=".utf8
        }
        OneLine.append(record.message, to: &bytes, limit: maxMessage)
        bytes.append(UInt8(ascii: "\n"))
    }

    private static func appendJSON(
        _ record: LogRecord, _ time: Timestamp, to bytes: inout [UInt8]
    ) {
        bytes += "{\"time\":\"".utf8
        time.append(to: &bytes)
        bytes += "\",\"level\":\"\(record.level)\",\"message\":\"".utf8
        appendEscaped((record.kind.label ?? "") + record.message, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
        for field in record.fields {
            bytes += ",\"\(field.name.inJSON)\":".utf8
            if field.isNumber {
                bytes += field.text.utf8
            } else {
                bytes.append(UInt8(ascii: "\""))
                appendEscaped(field.text, to: &bytes)
                bytes.append(UInt8(ascii: "\""))
            }
        }
        bytes += "}\n".utf8
    }

    /// Appends the inside of a string in JSON: what `OneLine` escapes is escaped here too, in JSON's way.
    private static func appendEscaped(_ text: String, to bytes: inout [UInt8]) {
        let end = bytes.count + maxMessage
        var rest = text.utf8.count
        for character in text.unicodeScalars {
            // No escape is longer than two units of six bytes.
            guard bytes.count + 12 <= end else {
                bytes += " … (\(rest) bytes more)".utf8
                return
            }
            rest -= UTF8.width(character)
            switch character {
            case "\"": bytes += "\\\"".utf8
            case "\\": bytes += "\\\\".utf8
            case "\n": bytes += "\\n".utf8
            case "\r": bytes += "\\r".utf8
            case "\t": bytes += "\\t".utf8
            case _ where OneLine.escapes(character):
                for unit in UTF16.encode(character) ?? UTF16.encodedReplacementCharacter {
                    bytes += "\\u".utf8
                    for shift: UInt16 in [12, 8, 4, 0] {
                        let digit = UInt8(unit >> shift & 15)
                        bytes.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
                    }
                }
            default: bytes += character.utf8
            }
        }
    }

    /// Appends an entry as the journal's native protocol has it: text that may hold a line end goes by its length.
    private static func appendEntry(_ record: LogRecord, to bytes: inout [UInt8]) {
        appendField("PRIORITY", "\(priority(record.level))", to: &bytes)
        appendField("SYSLOG_IDENTIFIER", "universal-worker", to: &bytes)
        if let id = record.kind.messageID { appendField("MESSAGE_ID", id, to: &bytes) }
        for field in record.fields { appendField(field.name.inJournal, field.text, to: &bytes) }
        appendField("MESSAGE", (record.kind.label ?? "") + record.message, to: &bytes)
    }

    private static func appendField(_ name: String, _ value: String, to bytes: inout [UInt8]) {
        let text = Array(value.cut(to: maxMessage).utf8)
        bytes += name.utf8
        if text.contains(where: { $0 < 0x20 }) {
            bytes.append(UInt8(ascii: "\n"))
            let count = UInt64(text.count)
            for shift: UInt64 in stride(from: 0, to: 64, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: count >> shift))
            }
        } else {
            bytes.append(UInt8(ascii: "="))
        }
        bytes += text
        bytes.append(UInt8(ascii: "\n"))
    }

    private static func priority(_ level: LogLevel) -> Int {
        switch level {
        case .error: 3
        case .warning: 4
        case .info: 6
        case .debug: 7
        }
    }
}

/// The question whether a descriptor leads to the journal of systemd.
package enum JournalStream {
    /// Returns whether `$JOURNAL_STREAM`, device and inode in decimal, names a descriptor's file.
    ///
    /// The corresponding C function is `fstat`.
    package static func leads(from descriptor: Int32, variable: String?) -> Bool {
        var status = stat()
        guard let variable, unsafe fstat(descriptor, &status) == 0 else { return false }
        return variable == "\(status.st_dev):\(status.st_ino)"
    }
}
