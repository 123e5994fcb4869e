import WorkerCore

/// The making of log lines: one event, one line, whatever the message contains.
enum LogLine {
    /// The bytes of a message that are logged; more are cut.
    static let maxMessage = 32 << 10

    /// Returns a line with its line end; `isJournal` puts the priority in front that journald reads.
    static func bytes(
        _ level: LogLevel, _ message: String, at time: Timestamp, isJournal: Bool
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(message.utf8.count + 48)
        if isJournal { bytes += "<\(priority(level))>".utf8 }
        time.append(to: &bytes)
        bytes += " \(level) ".utf8
        append(message, to: &bytes)
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    private static func priority(_ level: LogLevel) -> Int {
        switch level {
        case .error: 3
        case .warning: 4
        case .info: 6
        case .debug: 7
        }
    }

    private static func append(_ message: String, to bytes: inout [UInt8]) {
        if message.utf8.count <= maxMessage, message.utf8.allSatisfy({ 0x20..<0x7f ~= $0 }) {
            bytes += message.utf8
            return
        }
        var room = maxMessage
        for scalar in message.unicodeScalars {
            let width = UTF8.width(scalar)
            guard width <= room else { break }
            room -= width
            append(scalar, to: &bytes)
        }
        let cut = message.utf8.count - (maxMessage - room)
        if cut > 0 { bytes += " … (\(cut) bytes more)".utf8 }
    }

    /// Appends a character, escaped where it would end the line or steer a terminal.
    private static func append(_ scalar: Unicode.Scalar, to bytes: inout [UInt8]) {
        switch scalar.value {
        case 0x0a: bytes += "\\n".utf8
        case 0x0d: bytes += "\\r".utf8
        case 0x09: bytes += "\\t".utf8
        case 0..<0x20, 0x7f..<0xa0:
            let digits = String(scalar.value, radix: 16)
            bytes += (digits.count < 2 ? "\\x0" : "\\x").utf8
            bytes += digits.utf8
        case 0x2028, 0x2029: bytes += "\\u\(String(scalar.value, radix: 16))".utf8
        default: bytes += String(scalar).utf8
        }
    }
}
