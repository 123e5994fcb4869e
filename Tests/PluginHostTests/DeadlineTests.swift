import Synchronization
import TestSupport
import Testing
import WorkerCore
import WorkerThreads

@testable import PluginHost

extension PluginHostTests {
    @Suite struct DeadlineTests {
        private static let hour = TimeSpan.seconds(3_600)
        private static let functions = ["execute", "initialize", "cleanup"]

        /// The functions of the plugin that have been called since the last look.
        private func trace() throws -> [String] {
            try FixtureEnvironment.takeTrace().filter(Self.functions.contains)
        }

        @Test(arguments: [CallKind.execute, .stream, .initialize, .cleanup])
        func `A call whose deadline has passed does not start, though no timer has fired`(
            kind: CallKind
        ) throws {
            let skipped = Atomic<UInt64>(0)
            let clock: @Sendable () -> Moment = {
                Plugin.clock() + .nanoseconds(skipped.load(ordering: .relaxed))
            }
            try withPlugin("lifecycle", "Lifecycle", clock: clock) { plugin throws in
                let gate = try plugin.gate()
                let running = try plugin.submit(.execute, "{\(gate.kwargs)}")
                try gate.arrival()
                let late = try plugin.submit(kind, deadline: clock() + Self.hour)
                _ = try trace()
                skipped.store((Self.hour * 2).nanoseconds, ordering: .relaxed)
                try gate.release()
                #expect(try running.outcome().failureIfAny == nil)
                #expect(try late.outcome().failureIfAny?.reason == .deadline)
                _ = try plugin.run()
                #expect(try trace() == ["execute"])
                #expect(late.outcomes.count == 1)
            }
        }

        @Test func `A call that is over has no timer, however it ended`() throws {
            let modes = ["", "no_finish", "return_status", "finish_twice", "broken", "null"]
            try withPlugin("calls", "Calls", maxQueue: 100) { plugin throws in
                let deadline = Plugin.clock() + Self.hour
                let timers = plugin.loaded.timers
                for round in 0..<100 {
                    for kind in [CallKind.execute, .stream, .initialize, .cleanup] {
                        let kwargs = "{\"mode\":\"\(modes[round % modes.count])\"}"
                        _ = try plugin.submit(kind, kwargs, deadline: deadline).outcome()
                        #expect(timers.count == 0)
                    }
                }
                let gate = try plugin.gate()
                let running = try plugin.submit(
                    .execute, "{\"mode\":\"pending\",\(gate.kwargs)}", deadline: deadline)
                try gate.arrival()
                let waiting = try (0..<100).map { number in
                    try plugin.submit(requestID: "\(number % 50)", deadline: deadline)
                }
                #expect(timers.count == 101)
                for number in 0..<25 {
                    #expect(plugin.loaded.cancel(id: "\(number)", .deadlinePassed) { _ in })
                }
                #expect(timers.count == 51)
                plugin.loaded.close(CallFailure(.unavailable, "closing"))
                #expect(timers.count == 1)
                #expect(waiting.allSatisfy { $0.outcomes.count == 1 })
                #expect(try plugin.attempt(.execute, to: Recorder(), deadline: deadline) == .closed)
                try gate.release()
                #expect(try running.outcome() == .value("\"later\""))
                #expect(timers.count == 0)
            }
        }

        @Test func `A timer that was cancelled does not keep a later one from firing`() throws {
            try withPlugin("calls", "Calls") { plugin throws in
                let gate = try plugin.gate()
                for _ in 0..<2 {
                    let soon = Plugin.clock() + .seconds(2)
                    _ = try plugin.submit(deadline: soon).outcome()
                    let blocked = try plugin.submit(
                        .execute, "{\"mode\":\"block\",\(gate.kwargs)}",
                        deadline: soon + .nanoseconds(1))
                    try gate.arrival()
                    #expect(try blocked.outcome().failureIfAny?.reason == .deadline)
                    try gate.release()
                    #expect(plugin.loaded.timers.count == 0)
                }
            }
        }
    }
}
