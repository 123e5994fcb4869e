import CWorkerPlugin
import Dispatch
import Glibc
import Synchronization
import TestSupport
import Testing
import WorkerSDK

/// Streams lines as its arguments say, and reports after each.
private struct Streaming: AsyncWorkerPlugin {
    struct Arguments: Decodable {
        var count = 0
        var text: String?
        var alternating: Bool?
    }

    static let version = "1"
    static let maximumConcurrency = 256

    func execute(_: Arguments, call: CallContext) async throws -> Int { 0 }

    func executeStream(
        _ arguments: Arguments, into stream: StreamWriter<String>, call: CallContext
    ) async throws {
        for n in 0..<arguments.count {
            let line = "\(n)\(arguments.text ?? "")"
            if arguments.alternating == true, n.isMultiple(of: 3) {
                try Self.write(line, stream)
            } else {
                try await stream.write(line)
            }
            call.reportProgress(nil, "\(n)")
        }
    }

    private static func write(_ line: String, _ stream: StreamWriter<String>) throws {
        try stream.write(line)
    }
}

/// A client that does not read until it is told to.
private final class SlowReader: Sendable {
    private let isReading = Monitor(false)
    let waiting = Monitor(0)

    /// Runs where a line is emitted; waits, as `emit` does, on its thread.
    func take() {
        waiting.withLock { $0 += 1 }
        _ = isReading.wait(until: Deadline()) { $0 ? true : nil }
        waiting.withLock { $0 -= 1 }
    }

    func read() { isReading.withLock { $0 = true } }
}

@Suite(.blocking) struct StreamOutboxTests {
    /// Milliseconds: async plugins run on the pool that also runs the tests which never wait.
    private static let patience = 600_000

    /// Starts a stream, whose record says later what came of it.
    private static func stream(
        _ plugin: LoadedPlugin, _ kwargs: String, _ prepare: (inout Record) -> Void = { _ in }
    ) -> (id: uw_call_id, end: DispatchSemaphore) {
        let id = FakeHost.number()
        let end = DispatchSemaphore(value: 0)
        plugin.execute("[]", kwargs, stream: true, call: id) { record in
            record.ended = { end.signal() }
            prepare(&record)
        }
        return (id, end)
    }

    private static func waitForEnd(_ call: (id: uw_call_id, end: DispatchSemaphore)) throws
        -> Record
    {
        guard call.end.wait(timeout: .now() + .milliseconds(patience)) == .success else {
            throw TestFailure("call \(call.id) has not ended: \(FakeHost.call(call.id).progress)")
        }
        return FakeHost.call(call.id)
    }

    @Test func `Calls go on while the readers of sixty-four other streams stand still`() throws {
        let plugin = try #require(LoadedPlugin(Streaming.self))
        let reader = SlowReader()
        defer { reader.read() }
        let streams = (0..<64).map { _ in
            Self.stream(
                plugin, #"{"count":40,"text":"\#(String(repeating: "x", count: 2000))"}"#
            ) {
                $0.onEmit = { _ in reader.take() }
            }
        }
        #expect(
            reader.waiting.wait(until: Deadline(milliseconds: Self.patience)) {
                $0 == 64 ? true : nil
            } == true, "\(reader.waiting.withLock { $0 }) streams wait for their readers")
        for _ in 0..<100 {
            #expect(try Self.waitForEnd(Self.stream(plugin, #"{"count":3}"#)).status == UW_OK)
        }
        reader.read()
        for stream in streams {
            let record = try Self.waitForEnd(stream)
            #expect(record.status == UW_OK)
            #expect(record.chunks.count == 40)
        }
    }

    @Test func `A task that is ahead of its reader is suspended when 16 KiB wait`() throws {
        let plugin = try #require(LoadedPlugin(Streaming.self))
        let reader = SlowReader()
        defer { reader.read() }
        let text = String(repeating: "x", count: 1000)
        let ahead = Self.stream(plugin, #"{"count":1000,"text":"\#(text)"}"#) {
            $0.onEmit = { _ in reader.take() }
        }
        while FakeHost.call(ahead.id).progress.count < 16 { sched_yield() }
        for _ in 0..<100 { _ = try Self.waitForEnd(Self.stream(plugin, #"{"count":3}"#)) }
        // As many again may be in hand where the first line is.
        #expect((16...36).contains(FakeHost.call(ahead.id).progress.count))
        reader.read()
        #expect(try Self.waitForEnd(ahead).chunks.count == 1000)
    }

    @Test(arguments: ["false", "true"])
    func `Lines leave in their order and before the end, whichever way they are written`(
        alternating: String
    ) throws {
        let plugin = try #require(LoadedPlugin(Streaming.self))
        let stream = Self.stream(plugin, #"{"count":5000,"alternating":\#(alternating)}"#)
        let record = try Self.waitForEnd(stream)
        #expect(record.status == UW_OK)
        #expect(record.chunks == (0..<5000).map { "\"\($0)\"" })
    }

    @Test func `A suspended task goes on when its call is cancelled`() throws {
        let plugin = try #require(LoadedPlugin(Streaming.self))
        let reader = SlowReader()
        let stream = Self.stream(plugin, #"{"count":1000000}"#) {
            $0.onEmit = { _ in reader.take() }
        }
        _ = reader.waiting.wait(until: Deadline(milliseconds: Self.patience)) {
            $0 == 1 ? true : nil
        }
        #expect(plugin.cancel(stream.id) == Answer(UW_OK))
        reader.read()
        let record = try Self.waitForEnd(stream)
        #expect(record.status == UW_CANCELLED)
        #expect(record.chunks.count == 1)
    }

    @Test(arguments: [1, 2, 100_000])
    func `A line that the worker refuses ends the stream with an error, also the last one`(
        count: Int
    ) throws {
        let plugin = try #require(LoadedPlugin(Streaming.self))
        let stream = Self.stream(plugin, #"{"count":\#(count)}"#) {
            $0.emitStatus = uw_status(UW_INVALID_DATA)
        }
        let record = try Self.waitForEnd(stream)
        #expect(record.chunks.count == 1)
        #expect(
            Answer(record.status, record.text)
                == Answer(UW_ERROR, "The worker refused a chunk with status 33"))
    }
}
