import Glibc
import TestSupport
import Testing

/// The crash report of the real worker names the functions, whatever the crash has left behind.
@Suite(.blocking) struct CrashNameTests {
    /// A crash, how the worker ends by it, and the frames of its report that are looked for, in this order.
    struct Crash: Sendable, CustomTestStringConvertible {
        var fixture = "faulting"
        let mode: String
        var signal = SIGSEGV
        let frames: [Frame]
        var testDescription: String { "\(fixture) \(mode)" }
    }

    /// A frame in an object; nil where it has no name.
    struct Frame: Sendable {
        let object: String
        let function: String?
        init(_ object: String, _ function: String?) {
            (self.object, self.function) = (object, function)
        }

        func isTold(by line: Substring) -> Bool {
            let words = line.split(separator: " ")  // CRASH: #0 object+0x1 in function+0x2
            guard words.count >= 3, words[2].hasPrefix("\(object)+0x") else { return false }
            guard let function else { return words.count == 3 }
            return words.count == 5 && words[3] == "in" && words[4].hasPrefix("\(function)+0x")
        }
    }

    private static func faulting(_ functions: String...) -> [Frame] {
        functions.map { Frame("faulting.so", $0) }
    }

    private static let crashes =
        [
            Crash(mode: "static", frames: faulting("fault_static", "execute")),
            Crash(mode: "exported", frames: faulting("fault_static", "fault_exported", "execute")),
            Crash(mode: "thread", frames: faulting("fault_static", "fault_in_thread")),
            Crash(
                mode: "depth",
                frames: faulting("fault_by_depth", "fault_by_depth", "fault_by_depth")),
            // No descriptor is left.
            Crash(mode: "files", frames: faulting("fault_static", "execute")),
            // What is not exported has lost its name, and gets none that is not its own.
            Crash(
                fixture: "faulting_stripped", mode: "exported",
                frames: [
                    Frame("faulting_stripped.so", nil),
                    Frame("faulting_stripped.so", "fault_exported"),
                    Frame("faulting_stripped.so", nil),
                ]),
        ] + (Sanitizer.leavesMemoryAlone ? [inMalloc] : [])
    private static let inMalloc = Crash(
        mode: "malloc", signal: SIGABRT,
        frames: [Frame("libc.so.6", "abort")] + faulting("fault_in_malloc", "execute"))

    private func start(_ fixture: String, _ className: String = "Faulting") throws -> LiveWorker {
        try WorkerProcess.start(fixture, className)
    }

    /// Has a worker's call crash, and returns the report that it ends with.
    private func report(
        of worker: LiveWorker, _ kwargs: String, endsBy signal: Int32 = SIGSEGV,
        meanwhile: () throws -> Void = {}
    ) throws -> [Substring] {
        let connection = try worker.client.connect()
        try connection.send(
            "POST", "/execute", body: "{\"kwargs\":{\(kwargs)}}",
            headers: [("X-Request-Id", "deadly")])
        try meanwhile()
        #expect(throws: (any Error).self) { try connection.readResponse() }
        try worker.process.expectEnd(.signalled(signal))
        let text = try worker.process.standardError.textAtEnd()
        return text.split(separator: "\n").filter { $0.hasPrefix("CRASH: ") }
    }

    /// Whether the report tells of these frames, one after the other; others may stand between.
    private func expect(_ frames: [Frame], in report: [Substring]) {
        #expect(report.contains { $0.hasPrefix("CRASH: running call deadly for ") })
        var rest = report[...]
        for frame in frames {
            guard let index = rest.firstIndex(where: frame.isTold) else {
                Issue.record("no \(frame) in \(report)")
                return
            }
            rest = rest[rest.index(after: index)...]
        }
    }

    @Test(arguments: crashes)
    func `A crash in a library is told with the names of its functions`(crash: Crash) throws {
        let worker = try start(crash.fixture)
        let report = try report(of: worker, "\"mode\":\"\(crash.mode)\"", endsBy: crash.signal)
        expect(crash.frames, in: report)
    }

    @Test func `Functions of the worker have names as well`() throws {
        let worker = try start("faulting")
        let report = try report(of: worker, "\"mode\":\"static\"")
        expect(
            [Frame("faulting.so", "execute"), Frame("universal-worker", "uwg_execute")], in: report)
    }

    @Test func `A crash is told by names while another thread is within dlopen`() throws {
        let folder = try TemporaryFolder()
        let loading = try Gate(in: folder, "loading")
        let gate = try Gate(in: folder)
        let process = try WorkerProcess.launch(
            "faulting", "Faulting", environment: loading.environment("LOAD"))
        let worker = LiveWorker(process, port: try process.waitUntilListening())
        let library = try Fixture.path("constructor")
        let kwargs = "\"mode\":\"loading\",\"library\":\"\(library)\",\(gate.kwargs)"
        let report = try report(of: worker, kwargs) {
            try loading.arrival()
            try gate.arrival()
            try gate.release()
        }
        expect(Self.faulting("fault_static", "fault_while_loading", "execute"), in: report)
    }

    @Test func `A library that the plugin has loaded itself is named too`() throws {
        let worker = try start("faulting_stripped")
        let library = try Fixture.path("faulting")
        let report = try report(of: worker, "\"mode\":\"late\",\"library\":\"\(library)\"")
        expect(
            Self.faulting("fault_static", "fault_exported") + [Frame("faulting_stripped.so", nil)],
            in: report)
    }

    @Test func `A file that another one has replaced lends the crash no names`() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("plugin.so")
        try folder.copy(try Fixture.path("faulting"), to: "plugin.so")
        let process = try WorkerProcess(arguments: [
            "--module", path, "--class", "Faulting", "--port", "0",
        ])
        let worker = LiveWorker(process, port: try process.waitUntilListening())
        try folder.copy(try Fixture.path("throwing"), to: "plugin.so")
        let report = try report(of: worker, "\"mode\":\"static\"")
        #expect(report.contains { Frame("plugin.so", nil).isTold(by: $0) }, "\(report)")
        #expect(!report.contains { $0.contains("plugin.so+") && $0.contains(" in ") }, "\(report)")
    }

    @Test func `Functions in C++ are named as their compiler spells them`() throws {
        let worker = try start("throwing", "Faults")
        expect(
            [Frame("throwing.so", "_ZN6studio7Painter5paintEPVi")], in: try report(of: worker, ""))
    }

    @Test func `Functions in Swift are named as their compiler spells them`() throws {
        let process = try WorkerProcess(arguments: [
            "--module", try Fixture.swiftPlugins(), "--class", "Faulty", "--port", "0",
        ])
        let worker = LiveWorker(process, port: try process.waitUntilListening())
        #if arch(x86_64)
            let trap = SIGILL
        #else
            let trap = SIGTRAP
        #endif
        let report = try report(of: worker, "", endsBy: trap)
        #expect(
            report.contains { $0.contains(" in $s12SwiftPlugins6FaultyV") && $0.contains("4lean") },
            "\(report)")
    }
}
