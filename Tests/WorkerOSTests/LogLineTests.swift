import Testing
import WorkerCore

@testable import WorkerOS

@Suite struct LogLineTests {
    private func line(_ message: String) -> String {
        String(
            decoding: LogLine.bytes(
                .info, message, at: Timestamp(seconds: 0, milliseconds: 7), isJournal: false),
            as: UTF8.self)
    }

    @Test func `One event is one line`() {
        #expect(line("a\nb\t\u{202e}c") == "1970-01-01T00:00:00.007Z info a\\nb\\t\\u202ec\n")
    }

    @Test(arguments: ["x", "日", "\n", "\u{1b}", "\u{85}", "\u{202e}", "\u{e0041}"])
    func `No line is longer than journald takes, which splits it otherwise`(character: String) {
        let message = String(repeating: character, count: 100_000)
        let bytes = LogLine.bytes(
            .warning, message, at: Timestamp(seconds: 0, milliseconds: 7), isJournal: true)
        #expect((LogLine.maxMessage..<48 << 10).contains(bytes.count))
        #expect(String(decoding: bytes, as: UTF8.self).hasSuffix(" bytes more)\n"))
    }

    @Test func `A line of what a plugin prints fits, whatever has to be escaped of it`() {
        for byte in UInt8.min...UInt8.max where byte != UInt8(ascii: "\n") {
            var splitter = LineSplitter()
            var lines: [String] = []
            splitter.feed([UInt8](repeating: byte, count: LineSplitter.maxLength)[...]) {
                lines.append($0)
            }
            splitter.finish { lines.append($0) }
            #expect(lines.count == 1 && !line("plugin stdout: \(lines[0])").contains(" more)"))
        }
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (951_782_399, "2000-02-28T23:59:59.000Z"),
        (951_782_400, "2000-02-29T00:00:00.000Z"), (951_868_800, "2000-03-01T00:00:00.000Z"),
        (1_795_555_445, "2026-11-24T21:24:05.000Z"), (4_107_542_400, "2100-03-01T00:00:00.000Z"),
        (-1, "1969-12-31T23:59:59.000Z"), (253_402_300_799, "9999-12-31T23:59:59.000Z"),
    ])
    func `Moments are written as ISO 8601 in UTC`(seconds: Int, text: String) {
        var bytes: [UInt8] = []
        Timestamp(seconds: seconds, milliseconds: 0).append(to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }
}
