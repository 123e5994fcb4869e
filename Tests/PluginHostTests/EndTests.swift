import PluginHost
import TestSupport
import Testing
import WorkerCalls
import WorkerCore

extension PluginHostTests {
    @Suite struct EndTests {
        private func trace() throws -> [String] { try FixtureEnvironment.takeTrace() }

        /// What the end of a plugin calls, after `body` has used it.
        private func end(
            of className: String = "Lifecycle", after body: (Plugin) throws -> Void
        ) throws -> (calls: [String], events: Events) {
            let plugin = try Plugin("lifecycle", className)
            try body(plugin)
            _ = try trace()
            let isEnded = plugin.end()
            #expect(isEnded)
            return (try trace(), plugin.events)
        }

        @Test func `A cleanup that went well is not repeated at the end`() throws {
            let (calls, _) = try end { plugin throws in
                _ = try plugin.run()
                #expect(try plugin.run(.cleanup) == .done)
            }
            #expect(calls == ["destroy"])
        }

        @Test(arguments: [CallKind.execute, .stream, .initialize])
        func `What ran after a cleanup is cleaned up at the end`(kind: CallKind) throws {
            let (calls, _) = try end { plugin throws in
                #expect(try plugin.run(.cleanup) == .done)
                _ = try plugin.run(kind)
            }
            #expect(calls == ["cleanup", "destroy"])
        }

        @Test func `A cleanup that failed is tried again at the end, and its failure noted`() throws
        {
            let (calls, events) = try end(of: "NoCleanup") { plugin throws in
                #expect(try plugin.run(.cleanup) == .failed(.plugin, "will not let go"))
            }
            #expect(calls == ["cleanup", "destroy"])
            #expect(events.all.misbehaved == ["-: cleanup at the end failed: will not let go"])
        }

        @Test func `Closing ends what waits, lets finish what runs, and takes nothing more`() throws
        {
            let plugin = try Plugin("lifecycle", "Lifecycle")
            let gate = try plugin.gate()
            let running = try plugin.submit(.execute, "{\(gate.kwargs)}")
            try gate.arrival()
            let waiting = [
                try plugin.submit(), try plugin.submit(.stream), try plugin.submit(.initialize),
                try plugin.submit(.cleanup),
            ]
            let closing = CallFailure(.unavailable, "closing")
            plugin.loaded.close(closing)
            for (index, recorder) in waiting.enumerated() {
                let end: Outcome = index == 1 ? .streamEnd("", closing) : .failure(closing)
                #expect(recorder.outcomes == [end])
            }
            let late = try plugin.attempt(.execute, to: Recorder())
            #expect(late == .closed)
            #expect(running.outcomes.isEmpty)
            let isIdleEarly = plugin.loaded.waitUntilIdle(until: moment(0))
            #expect(!isIdleEarly)
            let idle = Background { plugin.loaded.waitUntilIdle(until: moment(Deadline.patience)) }
            try gate.release()
            #expect(try idle.value())
            #expect(running.outcomes.count == 1)
            _ = try trace()
            let isEnded = plugin.loaded.end(until: moment(Deadline.patience))
            #expect(isEnded)
            #expect(try trace() == ["cleanup", "destroy"])
        }

        @Test func `An end that takes too long is not waited for`() throws {
            try FixtureEnvironment.withGate("DESTROY") { gate in
                let plugin = try Plugin("lifecycle", "Lifecycle")
                plugin.loaded.close(CallFailure(.unavailable, "closing"))
                let isIdle = plugin.loaded.waitUntilIdle(until: moment(Deadline.patience))
                #expect(isIdle)
                let isEnded = plugin.loaded.end(until: moment(0))
                #expect(!isEnded)
                try gate.arrival()
                try gate.release()
            }
        }

        @Test func `A pending call that is never finished does not let the plugin be idle`() throws
        {
            let plugin = try Plugin("cancellation", "Pending")
            let gate = try plugin.gate()
            let running = try plugin.submit(.execute, "{\(gate.kwargs)}")
            try gate.arrival()
            plugin.loaded.close(CallFailure(.unavailable, "closing"))
            let isIdle = plugin.loaded.waitUntilIdle(until: moment(0))
            #expect(!isIdle)
            #expect(try plugin.cancelAll() == .cancelled)
            #expect(try running.outcome() == .failed(.cancelled, "stop"))
            let isEnded = plugin.end()
            #expect(isEnded)
        }
    }
}
