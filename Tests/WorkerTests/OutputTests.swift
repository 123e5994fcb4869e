import Glibc
import TestSupport
import Testing

/// What a plugin prints goes to the log, marked as the plugin's; stdout stays clean.
@Suite(.blocking) struct OutputTests {
    private let worker: LiveWorker

    init() throws { worker = try WorkerProcess.start("printing", "Printing") }

    private func run(_ mode: String, _ more: String = "") throws {
        #expect(try worker.client.execute("{\"mode\":\"\(mode)\"\(more)}").text == "true")
    }

    @Test(arguments: [
        ("flush", "flushed without newline"), ("printf_line", "printed by printf as a line"),
        ("write", "written to descriptor 1"), ("child", "printed by a child"),
    ])
    func `What a plugin prints on stdout goes to the log as the plugin's`(
        mode: String, text: String
    ) throws {
        try run(mode)
        // Text without a newline may wait for one; the end of the worker flushes it.
        if mode == "flush" { try worker.terminate() }
        let line = try worker.process.standardError.line(containing: text)
        #expect(line.lowercased().contains("plugin"), "\(line)")
        try worker.terminate()
        #expect(try worker.process.standardOutput.textAtEnd().isEmpty)
    }

    @Test func `What a plugin prints on stderr comes out on stderr`() throws {
        try run("stderr")
        try worker.process.standardError.line(containing: "printed on stderr")
        try run("child")
        try worker.process.standardError.line(containing: "a child complains")
    }

    @Test func `What a plugin leaves in a buffer is not lost at the end`() throws {
        try run("printf")
        try worker.terminate(expecting: .exited(0))
        let log = try worker.process.standardError.textAtEnd()
        #expect(log.contains("printed by printf without newline"))
    }

    @Test func `What a plugin prints while it is loaded and created is in the log, too`() throws {
        try worker.terminate()
        let log = try worker.process.standardError.textAtEnd()
        for text in ["printed while loading", "printed in the entry", "printed in create"] {
            #expect(log.contains(text))
        }
        #expect(try worker.process.standardOutput.textAtEnd().isEmpty)
    }

    @Test func `Printed control characters do not get into the log`() throws {
        try run("bytes")
        try worker.process.standardError.line(containing: "bytes")
        #expect(!worker.process.standardError.text.utf8.contains(0x1b))
    }

    @Test func `A printed line cannot forge its priority, however long it is`() throws {
        try run("forged")
        try worker.process.standardError.line(containing: "<0>at the beginning")
        try worker.terminate()
        // journald splits what is longer, and reads a priority at the beginning of each piece.
        for line in try worker.process.standardError.textAtEnd().split(separator: "\n") {
            #expect(line.utf8.count < 48 << 10)
            #expect(line.hasPrefix("20"), "\(line.prefix(100))")
        }
    }

    @Test func `A flood of output does not stop the worker, nor its calls`() throws {
        try run("flood", ",\"bytes\":5000000")
        try run("log_flood", ",\"count\":100000")
        #expect(try worker.client.get("/health").status == 200)
    }

    @Test func `Each line that a plugin logs has its level, once`() throws {
        try run("levels")
        for text in ["logged as error", "logged as warning", "logged as info"] {
            try worker.process.standardError.line(containing: text)
        }
        let log = worker.process.standardError.text
        #expect(log.split(separator: "\n").count { $0.contains("logged as error") } == 1)
    }

    @Test func `Odd texts that a plugin logs are one line each, and none stops the next`() throws {
        try run("odd_logs")
        try worker.process.standardError.line(containing: "after the odd ones")
        let lines = worker.process.standardError.text.split(separator: "\n")
        #expect(lines.contains { $0.contains("two") && $0.contains("lines in one") })
    }
}
