import Synchronization
import TestSupport
import Testing
import WorkerCore

@testable import PluginHost

extension PluginHostTests {
    @Suite struct DeadlineTests {
        private static let hour: UInt64 = 3_600_000_000_000
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
            let clock: @Sendable () -> UInt64 = {
                Plugin.clock() + skipped.load(ordering: .relaxed)
            }
            try withPlugin("lifecycle", "Lifecycle", clock: clock) { plugin throws in
                let gate = try plugin.gate()
                let running = try plugin.submit(.execute, "{\(gate.kwargs)}")
                try gate.arrival()
                let late = try plugin.submit(kind, deadline: clock() + Self.hour)
                _ = try trace()
                skipped.store(2 * Self.hour, ordering: .relaxed)
                try gate.release()
                #expect(try running.outcome().failureIfAny == nil)
                #expect(try late.outcome().failureIfAny?.reason == .deadline)
                _ = try plugin.run()
                #expect(try trace() == ["execute"])
                #expect(late.outcomes.count == 1)
            }
        }
    }
}
