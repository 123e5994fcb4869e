import TestSupport
import Testing
import WorkerCore

@testable import WorkerOS

@Suite struct LogLineTests {
    private func line(_ message: String) -> String {
        String(
            decoding: LogLine.bytes(
                LogRecord(.info, message), at: Timestamp(seconds: 0, milliseconds: 7),
                isJournal: false),
            as: UTF8.self)
    }

    @Test func `One event is one line`() {
        #expect(line("a\nb\t\u{202e}c") == "1970-01-01T00:00:00.007Z info a\\nb\\t\\u202ec\n")
    }

    private static let call = FailedCall(
        id: "job-7", endpoint: "/execute_stream", status: 504, duration: 2_003_999_999,
        detail: "late:\n\"\\\u{202e}\u{e0041}é"
    ).record

    private func text(_ format: LogFormat) -> String {
        String(
            decoding: LogLine.bytes(
                Self.call, at: Timestamp(seconds: 0, milliseconds: 7), format, isJournal: false),
            as: UTF8.self)
    }

    @Test func `The line of a failed call has one shape, its detail last`() {
        #expect(
            text(.text) == "1970-01-01T00:00:00.007Z warning call failed: status=504 "
                + "endpoint=/execute_stream ms=2003 id=job-7 "
                + "detail=late:\\n\"\\\\u202e\\U000e0041é\n")
    }

    @Test func `A record is one object in JSON, with its fields`() {
        #expect(
            text(.json) == "{\"time\":\"1970-01-01T00:00:00.007Z\",\"level\":\"warning\","
                + "\"message\":\"call failed: late:\\n\\\"\\\\\\u202e\\udb40\\udc41é\","
                + "\"status\":504,\"endpoint\":\"/execute_stream\",\"duration\":2003,"
                + "\"call\":\"job-7\"}\n")
    }

    @Test func `An entry of the journal has its message by length, if that has several lines`() {
        let message = "call failed: late:\n\"\\\u{202e}\u{e0041}é"
        let length =
            String(UnicodeScalar(UInt8(message.utf8.count))) + String(repeating: "\0", count: 7)
        let id = LogKind.callFailed.messageID ?? ""
        #expect(
            text(.journal) == "PRIORITY=4\nSYSLOG_IDENTIFIER=universal-worker\nMESSAGE_ID=\(id)\n"
                + "UW_STATUS=504\nUW_ENDPOINT=/execute_stream\nUW_DURATION=2003\nUW_CALL=job-7\n"
                + "MESSAGE\n\(length)\(message)\n")
    }

    @Test func `No two kinds of records have the same id, and each is 128 bits`() {
        let ids = LogKind.allCases.compactMap(\.messageID)
        #expect(ids.count == 7 && Set(ids).count == ids.count)
        #expect(ids.allSatisfy { $0.count == 32 && $0.allSatisfy(\.isHexDigit) })
    }

    @Test(arguments: ["x", "日", "\n", "\u{1b}", "\u{85}", "\u{202e}", "\u{e0041}"])
    func `No line is longer than journald takes, which splits it otherwise`(character: String) {
        let message = String(repeating: character, count: 100_000)
        let bytes = LogLine.bytes(
            LogRecord(.warning, message), at: Timestamp(seconds: 0, milliseconds: 7),
            isJournal: true)
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
