import Glibc
import Synchronization
import TestSupport
import Testing
import WorkerCore
import WorkerThreads

@testable import WorkerOS

@Suite(.blocking) struct StandardOutputCaptureTests {
    /// What a capture handed out.
    private final class Lines: Sendable {
        private let lines = Mutex<[String]>([])
        func append(_ line: String) { lines.withLock { $0.append(line) } }
        var all: [String] { lines.withLock { $0 } }
    }

    private let pipe = TestPipe()
    private let lines = Lines()

    init() {
        signal(SIGPIPE) { _ in }
    }

    private func start() throws -> StandardOutputCapture {
        let lines = lines
        return try .start(descriptor: pipe.writing) { lines.append($0) }
    }

    private func print(_ text: String) {
        let bytes = Array(text.utf8)
        #expect(unsafe write(pipe.writing, bytes, bytes.count) == bytes.count)
    }

    @Test func `Each line goes to the closure, and the real output stays reachable`() throws {
        let capture = try start()
        print("one\ntwo\nrest")
        #expect(eventually { lines.all == ["one", "two"] })
        #expect(capture.writeReal("FATAL: x", until: inTime))
        #expect(pipe.read { $0.hasSuffix("\n") } == "FATAL: x\n")
        #expect(capture.finish(until: inTime))
        #expect(lines.all == ["one", "two", "rest"])
        print("back\n")
        #expect(pipe.read { $0.hasSuffix("\n") } == "back\n")
        #expect(capture.finish(until: .zero))
    }

    @Test func `What children print is captured`() throws {
        let capture = try start()
        let child = try ChildProcess(
            ["/bin/echo", "from a child"], inheriting: [(pipe.writing, 1)])
        child.wait()
        #expect(capture.finish(until: inTime))
        #expect(lines.all == ["from a child"])
    }

    @Test func `A child that lives on and holds the pipe does not hold up the end`() throws {
        let capture = try start()
        let child = try ChildProcess(["/bin/sleep", "60"], inheriting: [(pipe.writing, 1)])
        print("before\n")
        #expect(capture.finish(until: inTime))
        #expect(lines.all == ["before"])
        #expect(kill(child.pid, 0) == 0)
    }

    @Test func `A child that prints without end is cut off at the deadline`() throws {
        let capture = try start()
        let child = try ChildProcess(["/usr/bin/yes"], inheriting: [(pipe.writing, 1)])
        #expect(eventually { lines.all.count > 10 })
        capture.finish(until: seconds(0.05))
        #expect(kill(child.pid, 0) == 0)
    }

    @Test func `A real output that is not read does not block a fatal line for ever`() throws {
        let capture = try start()
        defer { capture.finish(until: inTime) }
        let filler = Array(repeating: UInt8(46), count: 4_096)
        _ = fcntl(capture.realOutput, F_SETFL, O_NONBLOCK)
        while unsafe write(capture.realOutput, filler, filler.count) > 0 {}
        _ = fcntl(capture.realOutput, F_SETFL, 0)
        #expect(!capture.writeReal("x", until: .now() + .milliseconds(1)))
    }

    @Test func `What stdio prints to standard output is captured line by line`() throws {
        let lines = lines
        let capture = try StandardOutputCapture.start { lines.append($0) }
        unsafe puts("via stdio")
        #expect(eventually { lines.all.contains("via stdio") })
        for byte in "no line end".utf8 { putchar(Int32(byte)) }
        #expect(capture.finish(until: inTime))
        #expect(lines.all.contains { $0.contains("no line end") })
    }

    @Test func `A descriptor that is not open can be captured`() throws {
        // The last one: other tests have hundreds of connections in this process.
        let number = fcntl(pipe.writing, F_DUPFD_CLOEXEC, getdtablesize() - 1)
        close(number)
        let lines = lines
        let capture = try StandardOutputCapture.start(descriptor: number) { lines.append($0) }
        #expect(unsafe write(number, "x\n", 2) == 2)
        #expect(capture.finish(until: inTime))
        #expect(lines.all == ["x"])
        close(number)
    }
}
