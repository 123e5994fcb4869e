import Synchronization
import TestSupport
import Testing
import WorkerCalls
import WorkerCore

@testable import PluginHost

extension PluginHostTests {
    /// Lines that come thick and fast leave together, all others at once.
    @Suite struct GatheringTests {
        private static let (ok, cancelled, invalid): (Int32, Int32, Int32) = (0, 4, 33)
        /// How many offers there are before lines gather behind them, with the one that makes room.
        private static let first = StreamPace.run + 2
        /// A clock that stands still, so that all lines come fast and no thread collects them.
        private static let standing: @Sendable () -> Moment = {
            Moment(nanoseconds: 1 << 62)
        }

        private func emit(_ numbers: Range<Int>, _ stream: PlayedStream) {
            for number in numbers { #expect(stream.emit("\(number)") == Self.ok) }
        }

        private func text(_ numbers: Range<Int>) -> String {
            numbers.map { "\($0)\n" }.joined()
        }

        /// Lets the plugin go on, and waits until it is through.
        private func end(_ stream: PlayedStream, _ plugin: Plugin) throws {
            try stream.gate.release()
            _ = try plugin.run()
        }

        @Test func `Lines that come fast gather behind the first ones, and come with the end`()
            throws
        {
            try withPlugin("streams", "Streams", clock: Self.standing) { plugin throws in
                let recorder = Recorder(isAsleep: true)
                let stream = try PlayedStream(plugin, to: recorder)
                emit(0..<1000, stream)
                #expect(recorder.wakes == Self.first)
                #expect(recorder.lines.utf8.count < 200)
                #expect(stream.finish() == Self.ok)
                guard case .streamEnd(let last, nil) = try recorder.outcome() else {
                    throw TestFailure("the stream fails")
                }
                #expect(recorder.lines + last == text(0..<1000))
                try end(stream, plugin)
            }
        }

        @Test func `Lines that come at intervals are each offered at once`() throws {
            let now = Atomic<UInt64>(1)
            let clock: @Sendable () -> Moment = {
                let gap = StreamPace.gap.nanoseconds
                return Moment(nanoseconds: now.wrappingAdd(gap, ordering: .relaxed).newValue)
            }
            try withPlugin("streams", "Streams", clock: clock) { plugin throws in
                let recorder = Recorder(isAsleep: true)
                let stream = try PlayedStream(plugin, to: recorder)
                for number in 0..<100 {
                    emit(number..<(number + 1), stream)
                    #expect(recorder.lines == text(0..<(number + 1)))
                    #expect(recorder.wakes == number + 1)
                }
                try end(stream, plugin)
            }
        }

        @Test func `What has gathered leaves soon, and a lone line then at once`() throws {
            try withPlugin("streams", "Streams") { plugin throws in
                // The second stream finds the slot as it is after the first.
                for round in 0..<2 {
                    let recorder = Recorder(isAsleep: true)
                    let stream = try PlayedStream(plugin, to: recorder, "stream\(round)")
                    emit(0..<1000, stream)
                    try recorder.wait { $0 == text(0..<1000) }
                    let isOver = Deadline()
                    while stream.slot.work.withLock({ $0.pace.isGathering }), !isOver.hasPassed {}
                    emit(1000..<1001, stream)
                    #expect(recorder.lines == text(0..<1001))
                    emit(1001..<2000, stream)
                    try recorder.wait { $0 == text(0..<2000) }
                    #expect(stream.finish() == Self.ok)
                    try end(stream, plugin)
                }
            }
        }

        @Test(arguments: [
            "[1]", "\"\(String(repeating: "x", count: 254))\"",
            "\"\(String(repeating: "x", count: 255))\"",
            "[1 , \"\(String(repeating: "y", count: 3000))\u{2028}\"]",
        ])
        func `Lines of any kind gather up to a limit, and keep their order`(line: String) throws {
            try withPlugin("streams", "Streams", clock: Self.standing) { plugin throws in
                let recorder = Recorder(isAsleep: true)
                let stream = try PlayedStream(plugin, to: recorder)
                let sent = line.replacing(" , ", with: ",").replacing("\u{2028}", with: "\\u2028")
                var all = ""
                for number in 0..<3000 {
                    let next = number % 7 == 0 ? "\(number)" : line
                    #expect(stream.emit(next) == Self.ok)
                    all += (number % 7 == 0 ? next : sent) + "\n"
                }
                let waiting = all.utf8.count - recorder.lines.utf8.count
                #expect(waiting > 0 && waiting <= CallSlot.batch)
                let batches = all.utf8.count / (CallSlot.batch - sent.utf8.count) + 1
                #expect(recorder.wakes <= Self.first + batches)
                #expect(stream.finish() == Self.ok)
                guard case .streamEnd(let last, nil) = try recorder.outcome() else {
                    throw TestFailure("the stream fails")
                }
                #expect(recorder.lines + last == all)
                try end(stream, plugin)
            }
        }

        @Test func `A line longer than may gather leaves at once, with those before it`() throws {
            try withPlugin("streams", "Streams", clock: Self.standing) { plugin throws in
                let recorder = Recorder()
                let stream = try PlayedStream(plugin, to: recorder)
                let long = "\"\(String(repeating: "x", count: CallSlot.batch))\""
                emit(0..<100, stream)
                #expect(stream.emit(long) == Self.ok)
                #expect(recorder.lines == text(0..<100) + long + "\n")
                emit(100..<200, stream)
                #expect(stream.finish() == Self.ok)
                #expect(try recorder.outcome() == .streamEnd(text(100..<200), nil))
                try end(stream, plugin)
            }
        }

        @Test func `What has gathered is handed over before a cancelled call is closed`() throws {
            try withPlugin("streams", "Streams", clock: Self.standing) { plugin throws in
                let recorder = Recorder(isAsleep: true)
                let stream = try PlayedStream(plugin, to: recorder)
                emit(0..<100, stream)
                #expect(try plugin.cancelAll("stop") == .cancelled)
                #expect(recorder.lines == text(0..<100))
                #expect(stream.emit("100") == Self.cancelled)
                try end(stream, plugin)
                let failure = CallFailure(.cancelled, "stop")
                #expect(try recorder.outcome() == .streamEnd("", failure))
            }
        }

        @Test func `What has gathered goes before a broken line's error, and an abandoned call's`()
            throws
        {
            try withPlugin("streams", "Streams", clock: Self.standing) { plugin throws in
                for isBroken in [true, false] {
                    let recorder = Recorder()
                    let stream = try PlayedStream(plugin, to: recorder, "stream\(isBroken)")
                    emit(0..<100, stream)
                    if isBroken {
                        #expect(stream.emit("{") == Self.invalid)
                    } else {
                        stream.slot.abandon(CallFailure(.deadline, "late"))
                    }
                    #expect(stream.emit("1") == (isBroken ? Self.invalid : Self.cancelled))
                    guard case .streamEnd(let last, .some) = try recorder.outcome() else {
                        throw TestFailure("the stream ends well")
                    }
                    #expect(recorder.lines + last == text(0..<100))
                    try end(stream, plugin)
                }
            }
        }

        @Test func `An emit hears soon that no client wants lines, as does each one after it`()
            throws
        {
            try withPlugin("streams", "Streams") { plugin throws in
                let recorder = Recorder()
                let stream = try PlayedStream(plugin, to: recorder)
                emit(0..<100, stream)
                recorder.close()
                let isOver = Deadline()
                while stream.emit("1") == Self.ok, !isOver.hasPassed {}
                for _ in 0..<10 { #expect(stream.emit("1") == Self.cancelled) }
                try end(stream, plugin)
            }
        }

        @Test func `A full client holds back what gathers, and gets it all when it reads`() throws {
            try withPlugin("streams", "Streams", clock: Self.standing) { plugin throws in
                let recorder = Recorder(room: Self.first)
                let stream = try PlayedStream(plugin, to: recorder)
                let emitted = Monitor(0)
                let writer = Background {
                    for number in 0..<10_000 {
                        guard stream.emit("\(number)") == Self.ok else { return false }
                        emitted.withLock { $0 += 1 }
                    }
                    return true
                }
                try recorder.waitUntilFull()
                #expect(recorder.lines.utf8.count < 200)
                let bytes = text(0..<emitted.withLock { $0 }).utf8.count
                #expect(bytes > CallSlot.batch / 2 && bytes < 2 * CallSlot.batch)
                recorder.makeRoom(1 << 40)
                #expect(try writer.value())
                #expect(stream.finish() == Self.ok)
                guard case .streamEnd(let last, nil) = try recorder.outcome() else {
                    throw TestFailure("the stream fails")
                }
                #expect(recorder.lines + last == text(0..<10_000))
                try end(stream, plugin)
            }
        }

        @Test func `What finds no room when it is collected is collected again`() throws {
            try withPlugin("streams", "Streams") { plugin throws in
                let recorder = Recorder(room: 500, isAsleep: true)
                let stream = try PlayedStream(plugin, to: recorder)
                var count = 0
                while !stream.slot.work.withLock({ $0.pace.isGathering }), count < 500 {
                    emit(count..<(count + 1), stream)
                    count += 1
                }
                recorder.makeRoom(recorder.wakes - 500)
                emit(count..<(count + 1), stream)
                recorder.makeRoom(1 << 40)
                try recorder.wait { $0 == text(0..<(count + 1)) }
                try end(stream, plugin)
            }
        }
    }
}
