import Foundation
import Glibc
import TestSupport
import Testing

/// The log as JSON and as entries of the journal.
@Suite(.blocking) struct LogFormatTests {
    private static let json = ["--log-format", "json"]

    /// Reads a line as a JSON object, as the readers of logs do.
    private static func object(_ line: some StringProtocol) throws -> [String: Any] {
        let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
        return try #require(value as? [String: Any], "\(line)")
    }

    /// Waits for the end of the log, of which each line is an object, and returns these.
    private static func objects(_ process: WorkerProcess) throws -> [[String: Any]] {
        let text = try process.standardError.textAtEnd()
        return try text.split(separator: "\n").map(object)
    }

    private static func messages(_ objects: [[String: Any]]) -> [String] {
        objects.compactMap { $0["message"] as? String }
    }

    @Test func `In JSON each line is an object, and a failed call has its fields`() throws {
        let worker = try WorkerProcess.start("calls", "Calls", Self.json)
        let failing = "{\"kwargs\":{\"mode\":\"finish_status\",\"status\":2}}"
        let answer = try worker.client.request(
            "POST", "/execute", body: failing, headers: [("X-Request-Id", "fa\"ils")])
        #expect(answer.status == 500)
        try worker.terminate(expecting: .exited(0))
        let objects = try Self.objects(worker.process)
        for object in objects {
            #expect((object["time"] as? String)?.hasSuffix("Z") == true)
            #expect(["info", "warning"].contains(object["level"] as? String))
        }
        let failed = try #require(objects.first { $0["call"] != nil })
        #expect(failed["call"] as? String == "fa\"ils")
        #expect(failed["message"] as? String == "call failed: what \"went\" wrong")
        #expect(failed["endpoint"] as? String == "/execute")
        #expect(failed["status"] as? Int == 500 && failed["duration"] is Int)
    }

    @Test func `In JSON whatever a plugin and its children print and log is wrapped`() throws {
        let worker = try WorkerProcess.start("printing", "Printing", Self.json)
        for mode in ["write", "stderr", "child", "bytes", "forged", "levels"] {
            #expect(try worker.client.execute("{\"mode\":\"\(mode)\"}").text == "true")
        }
        try worker.terminate(expecting: .exited(0))
        let messages = Self.messages(try Self.objects(worker.process))
        for message in [
            "plugin stdout: written to descriptor 1", "plugin stderr: printed on stderr",
            "plugin stdout: printed by a child", "plugin stderr: a child complains",
            "plugin: logged as error",
        ] {
            #expect(messages.contains(message))
        }
        #expect(messages.contains { $0.contains("odd \u{fffd}\u{1b}[31m\u{1} bytes") })
    }

    @Test func `What the only running call of a Python plugin prints has the call's id`() throws {
        let worker = try PythonWorker.start(Self.json)
        // Without its client the call would not run.
        let call = try worker.begin("alone", "{\"mode\":\"swallow\"}")
        defer { call.close() }
        let line = try worker.process.standardError.line(containing: "swallowing")
        #expect(try Self.object(line)["call"] as? String == "alone")
        #expect(try Self.object(line)["message"] as? String == "plugin stderr: swallowing")
    }

    @Test func `In text what a Python plugin prints passes unchanged`() throws {
        let worker = try PythonWorker.start()
        // Without its client the call would not run.
        let call = try worker.begin("alone", "{\"mode\":\"swallow\"}")
        defer { call.close() }
        let line = try worker.process.standardError.line(containing: "swallowing")
        #expect(line == "swallowing")
    }

    @Test func `A crash report is in JSON too`() throws {
        let worker = try WorkerProcess.start("calls", "Calls", Self.json)
        worker.process.signal(SIGSEGV)
        try worker.process.expectEnd(.signalled(SIGSEGV))
        let messages = Self.messages(try Self.objects(worker.process))
        #expect(messages.contains { $0.hasPrefix("CRASH: SIGSEGV") }, "\(messages)")
    }

    @Test func `A plugin that cannot be loaded is told in the log as well`() throws {
        let process = try WorkerProcess(
            arguments: ["--module", "/none.so", "--class", "C", "--port", "0"] + Self.json)
        try process.expectEnd(.exited(1))
        #expect(try process.standardOutput.textAtEnd().hasPrefix("FATAL: Failed to load /none.so"))
        let messages = Self.messages(try Self.objects(process))
        #expect(messages.contains { $0.hasPrefix("Failed to load /none.so:C: ") })
    }

    /// Starts a worker that takes a socket of the test's for the journal's.
    private func start(
        _ receiver: JournalReceiver, _ fixture: String, _ className: String
    ) throws -> (LiveWorker, ready: JournalReceiver.Entry) {
        let process = try WorkerProcess.launch(
            fixture, className, ["--log-format", "journal"],
            environment: ["UNIVERSAL_WORKER_JOURNAL_SOCKET": receiver.path])
        let text = "listening on 127.0.0.1:"
        let ready = try receiver.next(containing: text)
        let port = ready["MESSAGE"]?.dropFirst(text.count).prefix { $0.isNumber }
        return (LiveWorker(process, port: try #require(port.flatMap { UInt16($0) })), ready)
    }

    @Test func `In the journal's format entries go to its socket with their fields`() throws {
        let receiver = try JournalReceiver(in: TemporaryFolder())
        let (worker, ready) = try start(receiver, "calls", "Calls")
        #expect(ready["PRIORITY"] == "6" && ready["SYSLOG_IDENTIFIER"] == "universal-worker")
        #expect(ready["MESSAGE_ID"]?.count == 32)
        let failing = "{\"kwargs\":{\"mode\":\"finish_status\",\"status\":2}}"
        _ = try worker.client.request(
            "POST", "/execute", body: failing, headers: [("X-Request-Id", "fails")])
        let failed = try receiver.next(containing: "call failed: ")
        #expect(failed["PRIORITY"] == "4" && failed["UW_CALL"] == "fails")
        #expect(failed["UW_ENDPOINT"] == "/execute" && failed["UW_STATUS"] == "500")
        #expect(failed["UW_DURATION"].flatMap { Int($0) } != nil)
        #expect(failed["MESSAGE_ID"] != ready["MESSAGE_ID"] && failed["MESSAGE_ID"] != nil)
        try worker.terminate(expecting: .exited(0))
        #expect(try worker.process.standardError.textAtEnd().isEmpty)
    }

    @Test func `No line of a plugin becomes a field or an entry of the journal's`() throws {
        let receiver = try JournalReceiver(in: TemporaryFolder())
        let (worker, _) = try start(receiver, "printing", "Printing")
        for mode in ["stderr", "bytes", "forged"] {
            #expect(try worker.client.execute("{\"mode\":\"\(mode)\"}").text == "true")
        }
        let known: Set = [
            "PRIORITY", "SYSLOG_IDENTIFIER", "MESSAGE_ID", "MESSAGE", "UW_CALL",
        ]
        var messages: [String] = []
        while messages.last?.contains("<0>at the beginning") != true {
            let entry = try #require(receiver.next())
            #expect(Set(entry.keys).isSubset(of: known))
            messages.append(entry["MESSAGE"] ?? "")
        }
        #expect(messages.contains("plugin stdout: <0>at the beginning"))
    }

    @Test func `Where there is no journal the log is text on stderr, and says so`() throws {
        let worker = try WorkerProcess.start(
            "calls", "Calls", ["--log-format", "journal"],
            environment: ["UNIVERSAL_WORKER_JOURNAL_SOCKET": "/nonexistent/socket"])
        try worker.process.standardError.line(
            containing: " warning there is no journal at /nonexistent/socket, and the log is text "
                + "on stderr: No such file or directory (ENOENT)")
    }

    @Test func `A journal that comes back gets what was logged meanwhile`() throws {
        let folder = try TemporaryFolder()
        let first = try JournalReceiver(in: folder)
        let (worker, _) = try start(first, "calls", "Calls")
        first.close()
        worker.process.signal(SIGUSR1)
        let next = try JournalReceiver(in: folder)
        _ = try next.next(containing: "SIGUSR1: the log's level is debug now")
        worker.process.signal(SIGHUP)
        _ = try next.next(containing: "SIGHUP")
        try worker.terminate(expecting: .exited(0))
    }
}

/// The log's level while the worker runs.
@Suite(.blocking) struct LogLevelTests {
    private func change(_ worker: LiveWorker, _ signal: Int32, to level: String) throws {
        let name = signal == SIGUSR1 ? "SIGUSR1" : "SIGUSR2"
        let text = " info \(name): the log's level is \(level) now"
        let before = worker.process.standardError.text.split(separator: "\n").count {
            $0.contains(text)
        }
        worker.process.signal(signal)
        var seen = 0
        let _: Bool = try worker.process.standardError.line(text) { line in
            // It is asked anew, from the first line on, as more comes.
            if line.startIndex == line.base.startIndex { seen = 0 }
            if line.contains(text) { seen += 1 }
            return seen > before ? true : nil
        }
    }

    @Test func `SIGUSR1 has more logged and SIGUSR2 less, from errors to debugging`() throws {
        let worker = try WorkerProcess.start("printing", "Printing")
        func log() throws { _ = try worker.client.execute("{\"mode\":\"levels\"}") }
        func count(_ text: String) -> Int {
            worker.process.standardError.text.split(separator: "\n").count { $0.contains(text) }
        }
        try log()
        // A later line has come: so have those before it.
        for _ in 0..<2 { try change(worker, SIGUSR1, to: "debug") }
        #expect(count("logged as debug") == 0 && count("logged as info") == 1)
        try log()
        for level in ["info", "warning", "error", "error"] {
            try change(worker, SIGUSR2, to: level)
        }
        #expect(count("logged as debug") == 1 && count("logged as info") == 2)
        try log()
        try change(worker, SIGUSR1, to: "warning")
        #expect(count("logged as warning") == 2 && count("logged as error") == 3)
        try worker.terminate(expecting: .exited(0))
    }

    @Test func `They reach a worker whose plugin runs in another process`() throws {
        let worker = try PythonWorker.start()
        try change(worker, SIGUSR1, to: "debug")
        try change(worker, SIGUSR2, to: "info")
        try worker.terminate(expecting: .exited(0))
    }
}
