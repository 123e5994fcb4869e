import PluginHost
import TestSupport
import Testing
import WorkerCalls
import WorkerCore

extension PluginHostTests {
    @Suite struct BackpressureTests {
        private func lines(_ recorder: Recorder) throws -> [String] {
            guard case .streamEnd(let last, nil) = try recorder.outcome() else {
                throw TestFailure("a stream that ends well")
            }
            return (recorder.lines + last).split(separator: "\n").map(String.init)
        }

        @Test func `A plugin waits in emit while its client is slow, and goes on when it reads`()
            throws
        {
            try withPlugin("streams", "Streams") { plugin throws in
                let recorder = Recorder(room: 2)
                try plugin.submit(.stream, #"{"mode":"count","count":50}"#, to: recorder)
                for step in 1...10 {
                    try recorder.waitUntilFull()
                    // The line that found no room waits with the call, and no other beside it.
                    let taken = recorder.lines.split(separator: "\n").count
                    #expect(taken == 2 * step)
                    #expect(plugin.loaded.load == (1, 0))
                    recorder.makeRoom(2)
                    guard step < 10 else { break }
                    try waitForLines(recorder, 2 * step + 2)
                }
                recorder.makeRoom(1000)
                #expect(try lines(recorder) == (0..<50).map { "{\"i\":\($0)}" })
                #expect(recorder.outcomes.count == 1)
            }
        }

        private func waitForLines(_ recorder: Recorder, _ count: Int) throws {
            try recorder.wait { $0.split(separator: "\n").count >= count }
        }

        @Test func `A connection that sleeps is woken for each line that it took`() throws {
            try withPlugin("streams", "Streams") { plugin throws in
                let recorder = Recorder(isAsleep: true)
                try plugin.submit(.stream, #"{"mode":"count","count":7}"#, to: recorder)
                #expect(try lines(recorder).count == 7)
                #expect(recorder.wakes == 7)
            }
        }

        @Test(arguments: [true, false])
        func `A client that goes away stops an endless stream, also one that waits`(
            isFull: Bool
        ) throws {
            try withPlugin("streams", "Streams") { plugin throws in
                let gate = try plugin.gate()
                let recorder = isFull ? Recorder(room: 1) : Recorder()
                try plugin.submit(.stream, "{\"mode\":\"endless\",\(gate.kwargs)}", to: recorder)
                if isFull { try recorder.waitUntilFull() }
                recorder.close()
                #expect(try gate.arrival() == "stopped")
                let failure = try recorder.outcome().failureIfAny
                #expect(failure?.reason == .cancelled)
                guard case .value(let told) = try plugin.run() else { return }
                #expect(told.contains(#""stopped":4,"after":4,"finished":0"#))
            }
        }

        @Test func `Cancelling frees a plugin that waits in emit`() throws {
            try withPlugin("streams", "Streams") { plugin throws in
                let recorder = Recorder(room: 0)
                try plugin.submit(.stream, #"{"mode":"endless","pad":1000}"#, to: recorder)
                try recorder.waitUntilFull()
                #expect(try plugin.cancelAll("no more") == .cancelled)
                #expect(
                    try recorder.outcome().failureIfAny == CallFailure(.cancelled, "no more"))
                #expect(recorder.isClosed)
            }
        }
    }
}
