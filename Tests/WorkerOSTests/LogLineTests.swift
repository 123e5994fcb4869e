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

    private func text(_ format: LogFormat, _ record: LogRecord = call) -> String {
        String(
            decoding: LogLine.bytes(
                record, at: Timestamp(seconds: 0, milliseconds: 7), format, isJournal: false),
            as: UTF8.self)
    }

    private static let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    private static var request: LogRecord {
        var access = AccessRecord()
        (access.method, access.endpoint, access.status) = (.post, "/exe\ncute", 200)
        (access.outcome, access.bytes, access.duration) = (.ok, 12, .milliseconds(3))
        (access.id, access.peer) = ("job-7", "[::1]:40000")
        access.trace = TraceParent(trace.utf8Span.span)
        return access.record
    }

    @Test func `The line of a request has its fields in one order, and no more`() {
        #expect(
            text(.text, Self.request) == "1970-01-01T00:00:00.007Z info request: method=POST "
                + "endpoint=/exe\\ncute status=200 outcome=ok bytes=12 ms=3 id=job-7 "
                + "peer=[::1]:40000 trace=\(Self.trace)\n")
        #expect(
            text(.text, AccessRecord().record) == "1970-01-01T00:00:00.007Z info request: method=- "
                + "endpoint=unmatched status=0 outcome=rejected peer=-\n")
    }

    @Test func `A request in JSON and in the journal has the same fields`() {
        #expect(
            text(.json, Self.request)
                == "{\"time\":\"1970-01-01T00:00:00.007Z\",\"level\":\"info\","
                + "\"message\":\"request: POST /exe\\ncute 200 ok\",\"method\":\"POST\","
                + "\"endpoint\":\"/exe\\ncute\",\"status\":200,\"outcome\":\"ok\",\"bytes\":12,"
                + "\"duration\":3,\"call\":\"job-7\",\"peer\":\"[::1]:40000\","
                + "\"trace\":\"\(Self.trace)\"}\n")
        var access = AccessRecord()
        (access.endpoint, access.bytes) = ("/health", 12)
        let id = LogKind.request.messageID ?? ""
        #expect(
            text(.journal, access.record) == "PRIORITY=6\nSYSLOG_IDENTIFIER=universal-worker\n"
                + "MESSAGE_ID=\(id)\nUW_METHOD=-\nUW_ENDPOINT=/health\nUW_STATUS=0\n"
                + "UW_OUTCOME=rejected\nUW_BYTES=12\nUW_PEER=-\n"
                + "MESSAGE=request: - /health 0 rejected\n")
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
        #expect(ids.count == 8 && Set(ids).count == ids.count)
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
