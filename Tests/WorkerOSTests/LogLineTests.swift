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

    @Test(arguments: [
        ("plain", "plain"), ("", ""), ("äöü 日本 🙂", "äöü 日本 🙂"), ("a\nb\r\nc", "a\\nb\\r\\nc"),
        ("\t\u{0}\u{1b}[31m\u{7f}", "\\t\\x00\\x1b[31m\\x7f"),
        ("\u{85}\u{2028}\u{2029}", "\\x85\\u2028\\u2029"), ("C:\\new", "C:\\new"),
    ])
    func `One event is one line`(message: String, text: String) {
        #expect(line(message) == "1970-01-01T00:00:00.007Z info \(text)\n")
    }

    @Test func `A long message is cut between characters`() {
        let text = line(String(repeating: "日", count: 20_000))
        let kept = (32 << 10) / 3
        #expect(
            text == "1970-01-01T00:00:00.007Z info " + String(repeating: "日", count: kept)
                + " … (\(60_000 - kept * 3) bytes more)\n")
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
