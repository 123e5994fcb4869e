import Glibc
import TestSupport
import Testing

@testable import PluginHost

@Suite(.blocking) struct RunnerProcessTests {
    private final class Listener: RunnerProcess.Listener {
        let frames = Monitor<[FrameHead]>([])
        let end = Monitor<ProcessEnd?>(nil)

        func received(_ head: FrameHead, _ payload: UnsafeRawBufferPointer) {
            frames.withLock { $0.append(head) }
        }

        func ended(_ end: ProcessEnd) { self.end.withLock { $0 = end } }

        func waitForEnd() throws -> ProcessEnd {
            let found = end.wait(until: Deadline()) { $0 }
            return try #require(found)
        }
    }

    private func run(
        _ script: String, lanes: Int = 1, runner: String = "", output: Int32 = 2
    ) throws -> (RunnerProcess, Listener) {
        let listener = Listener()
        let plan = RunnerProcess.Plan(
            interpreter: "/bin/sh", arguments: ["-c", script],
            environment: ["PATH=/usr/bin:/bin", "GREETING=hello"], runner: Array(runner.utf8),
            lanes: lanes, output: output)
        return (try RunnerProcess.start(plan, listener, spawn: Plugin.spawn), listener)
    }

    /// What a script prints, and how it ended.
    private func output(_ script: String, lanes: Int = 1, runner: String = "") throws -> String {
        let folder = try TemporaryFolder()
        let path = folder.file("out")
        let file = try Descriptor(
            unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600), from: "open")
        let (process, listener) = try run(
            script, lanes: lanes, runner: runner, output: file.raw)
        #expect(try listener.waitForEnd() == .exit(0))
        #expect(process.processID == nil)
        return folder.text("out")
    }

    @Test(arguments: [
        ("exit 0", ProcessEnd.exit(0)), ("exit 7", .exit(7)), ("kill -9 $$", .signal(9)),
        ("kill -11 $$", .signal(11)), ("kill -15 $$", .signal(15)),
    ])
    func `Its end is told, whatever it is`(_ script: String, _ expected: ProcessEnd) throws {
        let (_, listener) = try run(script)
        #expect(try listener.waitForEnd() == expected)
    }

    @Test func `An interpreter that is not there is told with its error, and nothing is left`()
        throws
    {
        let plan = RunnerProcess.Plan(
            interpreter: "/nonexistent/python", arguments: [], environment: [], runner: [],
            lanes: 1, output: 2)
        #expect(throws: RunnerProcess.StartFailure.interpreter(ENOENT)) {
            try RunnerProcess.start(plan, Listener(), spawn: Plugin.spawn)
        }
    }

    @Test func `It has the descriptors of its plan and no others, and no input`() throws {
        let text = try output("ls /proc/self/fd; readlink /proc/self/fd/0", lanes: 3)
        // The last one is the folder that ls reads.
        #expect(text == "0\n1\n2\n3\n4\n5\n6\n7\n8\n/dev/null\n")
    }

    @Test func `The text of the runner is its descriptor 3, read from the beginning`() throws {
        #expect(try output("cat <&3", runner: "print('hello')\n") == "print('hello')\n")
    }

    @Test func `It leads a group of its own in the session of the worker`() throws {
        let text = try output("ps -o pid=,pgid=,sid= -p $$")
        let numbers = text.split(separator: " ").compactMap { Int32($0.filter(\.isNumber)) }
        #expect(numbers.count == 3)
        #expect(numbers[0] == numbers[1])
        #expect(numbers[2] == getsid(0))
    }

    @Test func `It has its variables, and neither blocked nor ignored signals`() throws {
        let text = try output("echo $GREETING; awk '/SigBlk|SigIgn/ {print $2}' /proc/self/status")
        let words = text.split(separator: "\n")
        #expect(words.first == "hello")
        // Signals 32 and 33 belong to glibc, which lets nobody touch them.
        let masks = words.dropFirst().compactMap { UInt64($0, radix: 16) }.map { $0 & ~(3 << 31) }
        #expect(masks == [0, 0])
    }

    @Test
    func
        `What is sent to a lane arrives there, and a thread that waits for an answer wakes at the end`()
        throws
    {
        // Sends back the 16 bytes of a head that it gets on its second lane, then ends.
        let (process, listener) = try run("head -c 16 <&6 >&6", lanes: 2)
        try unsafe process.lanes[1].send(.cleanup, call: 5, [])
        let head = try unsafe process.lanes[1].receive { head, _ in head }
        #expect(head == FrameHead(.cleanup, call: 5, length: 0))
        #expect(throws: FrameSocket.Failure.closed) {
            try unsafe process.lanes[0].receive { _, _ in }
        }
        #expect(try listener.waitForEnd() == .exit(0))
    }

    @Test func `What it sends over control is heard, also right before its end`() throws {
        let (process, listener) = try run("head -c 16 <&4 >&4; head -c 16 <&4 >&4")
        process.tell(.flush, call: 3)
        process.tell(.stop, flags: 1, call: 4)
        #expect(try listener.waitForEnd() == .exit(0))
        #expect(
            listener.frames.withLock { $0 } == [
                FrameHead(.flush, call: 3, length: 0),
                FrameHead(.stop, flags: 1, call: 4, length: 0),
            ])
    }

    @Test func `A signal reaches it`() throws {
        let (process, listener) = try run("read line <&4")
        process.signal(SIGKILL)
        #expect(try listener.waitForEnd() == .signal(SIGKILL))
    }
}
