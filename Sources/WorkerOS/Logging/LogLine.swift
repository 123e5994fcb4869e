import Glibc
import WorkerCore

/// The making of log lines: one event, one line, whatever the message contains.
enum LogLine {
    /// The bytes of a message that are logged, escapes included; more are cut.
    ///
    /// journald splits lines of more than 48 KiB, and would read a priority at the beginning of the
    /// second piece: a line stays well below, with what stands before and behind its message.
    static let maxMessage = 40 << 10

    /// Returns a line with its line end; `isJournal` puts the priority in front that journald reads.
    static func bytes(
        _ level: LogLevel, _ message: String, at time: Timestamp, isJournal: Bool
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(message.utf8.count + 64)
        if isJournal { bytes += "<\(priority(level))>".utf8 }
        time.append(to: &bytes)
        bytes += " \(level) ".utf8
        OneLine.append(message, to: &bytes, limit: maxMessage)
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
