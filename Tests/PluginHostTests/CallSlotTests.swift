import Synchronization
import TestSupport
import Testing
import WorkerCalls
import WorkerCore

@testable import PluginHost

extension PluginHostTests {
    /// The plugin's side of a call, played by threads of the test while the plugin waits.
    @Suite struct CallSlotTests {
        private static let (ok, cancelled, stale, invalid): (Int32, Int32, Int32, Int32) = (
            0, 4, 32, 33
        )

        private typealias Stream = PlayedStream

        private func lines(_ recorder: Recorder) throws -> [Substring] {
            guard case .streamEnd(let last, nil) = try recorder.outcome() else {
                throw TestFailure("the stream fails")
            }
            return (recorder.lines + last).split(separator: "\n")
        }

        @Test(arguments: [Int.max, 0])
        func `Lines of several threads do not mix, and none is lost`(room: Int) throws {
            try withPlugin("streams", "Streams") { plugin throws in
                let recorder = Recorder(room: room, isAsleep: true)
                let stream = try Stream(plugin, to: recorder)
                let threads = (0..<4).map { thread in
                    Background {
                        let text = String(repeating: String(thread), count: 500)
                        return (0..<200).allSatisfy { _ in stream.emit("\"\(text)\"") == 0 }
                    }
                }
                if room == 0 {
                    // All at once: each waits with one line, or with what has gathered, 16 KiB of 400.
                    for _ in 0..<15 {
                        try recorder.waitUntilFull()
                        recorder.makeRoom(1)
                    }
                    recorder.makeRoom(1 << 40)
                }
                for thread in threads { #expect(try thread.value()) }
                try stream.gate.release()
                let lines = try lines(recorder)
                #expect(lines.count == 801)
                let whole = lines.filter { Set($0.utf8).count == 2 && $0.utf8.count == 502 }
                #expect(whole.count == 800)
            }
        }

        @Test func `A line that waits when the stream is finished comes with the end`() throws {
            try withPlugin("streams", "Streams") { plugin throws in
                let recorder = Recorder(room: 1)
                let stream = try Stream(plugin, to: recorder)
                #expect(stream.emit("1") == Self.ok)
                let waiting = Background { stream.emit("2") }
                try recorder.waitUntilFull()
                #expect(stream.finish() == Self.ok)
                #expect(try recorder.outcome() == .streamEnd("2\n", nil))
                #expect(recorder.lines == "1\n")
                // The thread that waited finds out when there is room, and hears that all is well.
                recorder.makeRoom(1)
                #expect(try waiting.value() == Self.ok)
                #expect(stream.emit("3") == Self.stale)
                #expect(stream.finish() == Self.stale)
                #expect(recorder.outcomes.count == 1)
                try stream.gate.release()
                _ = try plugin.run()
            }
        }

        @Test func `Of several threads that finish a call one ends it`() throws {
            try withPlugin("streams", "Streams") { plugin throws in
                for number in 0..<50 {
                    let recorder = Recorder()
                    let stream = try Stream(plugin, to: recorder, "stream\(number)")
                    let threads = (0..<4).map { _ in Background { stream.finish() } }
                    let answers = try threads.map { try $0.value() }.sorted()
                    #expect(answers == [Self.ok, Self.stale, Self.stale, Self.stale])
                    try stream.gate.release()
                    _ = try plugin.run()
                    #expect(recorder.outcomes.count == 1)
                }
            }
        }

        @Test func `A finished call leaves its place to one other until execute returns`() throws {
            try withPlugin("streams", "Streams", maxQueue: 0) { plugin throws in
                let stream = try Stream(plugin, to: Recorder())
                #expect(try plugin.attempt(.execute, to: Recorder()) == .full)
                #expect(stream.finish() == Self.ok)
                let next = try plugin.submit()
                for kind in [CallKind.execute, .stream, .initialize] {
                    #expect(try plugin.attempt(kind, to: Recorder()) == .full)
                }
                #expect(plugin.loaded.load == (1, 1))
                try stream.gate.release()
                #expect(try next.outcome().failureIfAny == nil)
            }
        }

        @Test func `What the worker asks between two calls takes no place from the next one`()
            throws
        {
            try withPlugin("lifecycle", "Lifecycle", maxQueue: 0) { plugin throws in
                let gate = try plugin.gate()
                let former = try plugin.submit(
                    .execute, "{\"mode\":\"change\",\(gate.kwargs)}")
                try gate.arrival()
                #expect(plugin.loaded.load == (1, 1), "the configuration is to be asked for")
                #expect(try plugin.attempt(.execute, to: Recorder()) == .full)
                let slot = plugin.loaded.slots[0]
                let handle = slot.live.load(ordering: .acquiring)
                _ = unsafe Array("1".utf8).withUnsafeBytes { unsafe slot.finish(handle, 0, $0) }
                #expect(try former.outcome() == .value("1"))
                let next = try plugin.submit()
                #expect(try plugin.attempt(.execute, to: Recorder()) == .full)
                try gate.release()
                #expect(try next.outcome().failureIfAny == nil)
            }
        }

        @Test func `A broken line ends the stream while its plugin goes on`() throws {
            try withPlugin("streams", "Streams") { plugin throws in
                let recorder = Recorder()
                let stream = try Stream(plugin, to: recorder)
                #expect(stream.emit("1") == Self.ok)
                #expect(stream.emit("{") == Self.invalid)
                #expect(try recorder.outcome().failureIfAny?.reason == .misbehaviour)
                #expect(stream.slot.isCancelled(stream.handle))
                // Its plugin has five seconds from now on, however long ago the call came.
                #expect(plugin.loaded.health.readiness == .ready)
                #expect(stream.emit("2") == Self.invalid)
                #expect(plugin.loaded.load.running == 1)
                try stream.gate.release()
                _ = try plugin.run()
                #expect(recorder.outcomes.count == 1)
            }
        }

        @Test func `A cancelled call emits no more, and its client hears of the first cause`()
            throws
        {
            try withPlugin("streams", "Streams") { plugin throws in
                let recorder = Recorder()
                let stream = try Stream(plugin, to: recorder)
                #expect(!stream.slot.isCancelled(stream.handle))
                #expect(try plugin.cancelAll("first") == .cancelled)
                #expect(try plugin.cancelAll("second") == .cancelled)
                #expect(stream.slot.isCancelled(stream.handle))
                #expect(stream.emit("1") == Self.cancelled)
                try stream.gate.release()
                let failure = CallFailure(.cancelled, "first")
                #expect(try recorder.outcome() == .streamEnd("", failure))
            }
        }

        @Test func `A stream that breaks takes no call with it that comes into its slot`() throws {
            try withPlugin("streams", "Streams") { plugin throws in
                let (broken, next) = (Monitor<Stream?>(nil), try plugin.gate("next"))
                let behind = Recorder()
                // Runs on the thread that emits, between the end of the stream and its cancel.
                let recorder = Recorder {
                    guard let stream = broken.withLock({ $0 }) else { return }
                    try? stream.gate.release()
                    _ = try? next.arrival()
                }
                let stream = try Stream(plugin, to: recorder)
                broken.withLock { $0 = stream }
                try plugin.submit(.stream, "{\"mode\":\"silent_gate\",\(next.kwargs)}", to: behind)
                #expect(stream.emit("{") == Self.invalid)
                #expect(!behind.isClosed)
                try next.release()
                #expect(try behind.outcome() == .streamEnd("", nil))
                #expect(behind.lines == "\"after\"\n")
            }
        }
    }
}
