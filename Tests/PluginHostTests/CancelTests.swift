import PluginHost
import TestSupport
import Testing
import WorkerCalls
import WorkerCore

extension PluginHostTests {
    @Suite struct CancelTests {
        private static let stopped = Outcome.failed(.cancelled, "stop")

        /// Starts a call that announces itself, and two that wait behind it.
        private func fill(
            _ plugin: Plugin, _ gate: Gate
        ) throws -> (running: Recorder, waiting: [Recorder]) {
            let running = try plugin.submit(.execute, "{\(gate.kwargs)}")
            try gate.arrival()
            let waiting = [try plugin.submit(), try plugin.submit(.stream)]
            #expect(plugin.loaded.load == (1, 2))
            return (running, waiting)
        }

        private func report(_ plugin: Plugin) throws -> Outcome { try plugin.execute("report") }

        @Test(arguments: [
            ("Polls", 0), ("Pushed", 1), ("Pending", 1), ("Ignores", 1),
        ])
        func `What waits and what runs is cancelled, and told why`(
            className: String, asked: Int
        ) throws {
            try withPlugin("cancellation", className) { plugin throws in
                let gate = try plugin.gate()
                let (running, waiting) = try fill(plugin, gate)
                #expect(try plugin.cancelAll() == .cancelled)
                #expect(waiting[0].outcomes == [Self.stopped])
                #expect(
                    waiting[1].outcomes == [.streamEnd("", CallFailure(.cancelled, "stop"))])
                // The first cause counts.
                _ = try plugin.cancelAll("again")
                if className == "Ignores" { try gate.release() }
                // "Ignores" has a result all the same: its client has cancelled, and hears of that.
                #expect(try running.outcome() == Self.stopped)
                #expect(running.isClosed)
                guard case .value(let told) = try report(plugin) else { return }
                // The second cancel found the call or no call any more; none was left out.
                let counts = told.split { !$0.isNumber }.compactMap { Int($0) }
                #expect(counts.reduce(0, +) == 2 * asked)
                if asked > 0 { #expect(counts[0] >= 1) }
                #expect(running.outcomes.count == 1)
            }
        }

        @Test func `A plugin that cannot be cancelled says so, and its queued calls end`() throws {
            try withPlugin("cancellation", "Deaf") { plugin throws in
                let gate = try plugin.gate()
                let (running, waiting) = try fill(plugin, gate)
                #expect(try plugin.cancelAll() == .notSupported)
                #expect(waiting.allSatisfy { $0.outcomes.count == 1 })
                #expect(running.outcomes.isEmpty && !running.isClosed)
                try gate.release()
                #expect(try running.outcome() == .value("\"done all the same\""))
            }
        }

        @Test(arguments: [
            ("Refuses", CancelAnswer.failed("cannot stop \"now\"")), ("Unsupported", .notSupported),
        ])
        func `A cancel that fails is reported, and the call is cancelled as far as it goes`(
            className: String, answer: CancelAnswer
        ) throws {
            try withPlugin("cancellation", className) { plugin throws in
                let gate = try plugin.gate()
                let (running, waiting) = try fill(plugin, gate)
                #expect(try plugin.cancelAll() == answer)
                #expect(waiting.allSatisfy { $0.outcomes.count == 1 })
                try gate.release()
                #expect(try running.outcome() == Self.stopped)
            }
        }

        @Test(arguments: ["Pushed", "Pending", "Ignores"])
        func `Where nothing runs the plugin is told so`(className: String) throws {
            try withPlugin("cancellation", className) { plugin throws in
                #expect(try plugin.cancelAll() == .cancelled)
                #expect(try report(plugin) == .value(#"{"with":0,"without":1}"#))
            }
        }

        @Test func `A cancel that blocks holds up neither the caller nor other calls`() throws {
            try FixtureEnvironment.withGate("CANCEL") { cancelGate in
                try withPlugin("cancellation", "BlocksCancel") { plugin throws in
                    let gate = try plugin.gate()
                    let running = try plugin.submit(.execute, "{\(gate.kwargs)}")
                    try gate.arrival()
                    let answer = Monitor<CancelAnswer?>(nil)
                    plugin.loaded.cancelAll(CallFailure(.cancelled, "stop")) { given in
                        answer.withLock { $0 = given }
                    }
                    try cancelGate.arrival()
                    let before = answer.withLock { $0 }
                    #expect(before == nil)
                    let next = try plugin.submit(.execute, #"{"mode":"report"}"#)
                    #expect(plugin.loaded.load == (1, 1))
                    try cancelGate.release()
                    #expect(try running.outcome() == Self.stopped)
                    #expect(try next.outcome() == .value(#"{"with":1,"without":0}"#))
                    let deadline = Deadline()
                    let found = answer.wait(until: deadline) { $0 }
                    #expect(found == .cancelled)
                    let threads = plugin.threads.withLock { $0 }
                    #expect(threads == ["uw-exec-0", "uw-cancel"])
                }
            }
        }

        @Test func `Initialize and cleanup are not cancelled`() throws {
            try withPlugin("cancellation", "Pushed") { plugin throws in
                let gate = try plugin.gate()
                let order = Monitor<[String]>([])
                try plugin.submit(.execute, "{\(gate.kwargs)}", to: Recorder("run", in: order))
                try gate.arrival()
                let waits = Recorder("wait", in: order)
                try plugin.submit(.execute, to: waits)
                let initialize = Recorder("initialize", in: order)
                try plugin.submit(.initialize, "{}", to: initialize)
                let cleanup = Recorder("cleanup", in: order)
                try plugin.submit(.cleanup, to: cleanup)
                #expect(try plugin.cancelAll() == .cancelled)
                #expect(try cleanup.outcome() == .done)
                #expect(try initialize.outcome() == .done)
                #expect(order.withLock { $0 } == ["wait", "run", "cleanup", "initialize"])
            }
        }
    }
}
