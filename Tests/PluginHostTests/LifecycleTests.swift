import PluginHost
import TestSupport
import Testing
import WorkerCore
import WorkerJSON

extension PluginHostTests {
    @Suite struct LifecycleTests {
        private func withLifecycle(
            _ className: String = "Lifecycle", maxQueue: Int = 64, _ body: (Plugin) throws -> Void
        ) throws {
            _ = try FixtureEnvironment.takeTrace()
            try withPlugin("lifecycle", className, maxQueue: maxQueue, body)
        }

        private func trace() throws -> [String] { try FixtureEnvironment.takeTrace() }

        @Test func `A plugin is created, asked what it is like, cleaned up and destroyed`() throws {
            try withLifecycle { plugin throws in
                #expect(
                    plugin.loaded.name == .text("Lifecycle")
                        && plugin.loaded.version == .text("1.0"))
                #expect(plugin.threads.withLock { $0 } == ["uw-exec-0"])
                #expect(try trace() == ["create", "config_schema", "current_config"])
            }
            #expect(try trace() == ["cleanup", "destroy"])
        }

        @Test func `A plugin without a name, a version and optional functions works`() throws {
            try withLifecycle("Bare") { plugin throws in
                #expect(
                    plugin.loaded.name == .text("unknown")
                        && plugin.loaded.version == .text("unknown"))
                #expect(try plugin.run(.initialize, "[1]") == .done)
                #expect(try plugin.run(.cleanup) == .done)
                #expect(string(plugin.loaded.configSchema.text.bytes) == "{}")
                #expect(string(plugin.loaded.currentConfig.text.bytes) == "{}")
                guard case .value = try plugin.run() else { throw TestFailure("no value") }
            }
            #expect(try trace() == ["create", "execute", "destroy"])
        }

        @Test(
            arguments: [
                (#"{"refuse":"bad rate"}"#, .invalidArgument, "bad rate"),
                (#"{"status":2}"#, .plugin, "the plugin's initialize failed without saying why"),
                (#"{"status":5}"#, .unavailable, "the plugin's initialize is unavailable"),
                (#"{"status":7}"#, .unsupported, "the plugin's initialize is not supported"),
                (
                    #"{"status":8}"#, .fatal,
                    "the plugin's initialize failed for good without saying why"
                ),
                (
                    #"{"status":1}"#, .misbehaviour,
                    "the plugin's initialize answered a status it may not: 1"
                ),
            ] as [(String, CallFailure.Reason, String)])
        func `A configuration that is refused comes back with the plugin's reason`(
            config: String, reason: CallFailure.Reason, detail: String
        ) throws {
            try withLifecycle { plugin throws in
                #expect(try plugin.run(.initialize, config) == .failed(reason, detail))
                #expect(plugin.events.all.broken == (reason == .fatal ? [detail] : []))
                #expect(plugin.events.all.misbehaved.isEmpty)
                #expect(string(plugin.loaded.currentConfig.text.bytes) == #"{"initial":true}"#)
            }
        }

        @Test func `Initialize runs alone, in its turn, and cleanup before all that waits`() throws
        {
            try withLifecycle { plugin throws in
                let gate = try plugin.gate()
                let order = Monitor<[String]>([])
                func submit(_ kind: CallKind, _ kwargs: String, _ name: String) throws -> Recorder {
                    try plugin.submit(kind, kwargs, to: Recorder(name, in: order))
                }
                _ = try trace()
                _ = try submit(.execute, "{\(gate.kwargs)}", "first")
                #expect(try gate.arrival() == "executing")
                _ = try submit(.execute, "{}", "second")
                _ = try submit(.initialize, "{\(gate.kwargs)}", "initialize")
                let last = try submit(.execute, "{}", "last")
                _ = try submit(.cleanup, "", "cleanup")
                #expect(plugin.loaded.load == (1, 4))
                try gate.release()
                #expect(try gate.arrival() == "initializing")
                #expect(plugin.loaded.load == (1, 1))
                #expect(order.withLock { $0 } == ["first", "cleanup", "second"])
                try gate.release()
                _ = try last.outcome()
                #expect(
                    order.withLock { $0 } == ["first", "cleanup", "second", "initialize", "last"])
                #expect(
                    try trace() == [
                        "execute", "cleanup", "execute", "initialize", "config_schema",
                        "current_config", "execute",
                    ])
            }
        }

        @Test func `A full queue refuses calls, and what it has taken still runs`() throws {
            try withLifecycle(maxQueue: 2) { plugin throws in
                let gate = try plugin.gate()
                let first = try plugin.submit(.execute, "{\(gate.kwargs)}")
                try gate.arrival()
                let taken = [try plugin.submit(), try plugin.submit()]
                for kind in [CallKind.execute, .stream, .initialize] {
                    let refused = Recorder()
                    let refusal = try plugin.attempt(kind, to: refused)
                    #expect(refusal == .full)
                    #expect(refused.outcomes.isEmpty)
                }
                try gate.release()
                for recorder in [first] + taken { _ = try recorder.outcome() }
                try plugin.submit()
            }
        }

        @Test func `Calls work before initialize and after cleanup if the plugin agrees`() throws {
            try withLifecycle("Unready") { plugin throws in
                let unready = Outcome.failed(.unavailable, "initialize first")
                #expect(try plugin.run() == unready)
                #expect(try plugin.run(.initialize) == .done)
                #expect(try plugin.run() != unready)
                #expect(try plugin.run(.cleanup) == .done)
                #expect(try plugin.run() == unready)
            }
        }
    }
}
