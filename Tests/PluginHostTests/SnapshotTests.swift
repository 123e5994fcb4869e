import TestSupport
import Testing
import WorkerCore
import WorkerJSON

@testable import PluginHost

extension PluginHostTests {
    @Suite struct SnapshotTests {
        private func config(_ plugin: Plugin) -> String {
            string(plugin.loaded.currentConfig.text.bytes)
        }

        private func copied(_ snapshot: Snapshot) -> (text: String, failure: CallFailure?) {
            switch snapshot.document {
            case .success(let text): (string(text.bytes), nil)
            case .failure(let failure): ("", failure)
            }
        }

        @Test func `Schema and configuration are there from the start, compact`() throws {
            try withPlugin("lifecycle", "Lifecycle") { plugin in
                #expect(string(plugin.loaded.configSchema.text.bytes) == #"{"type":"object"}"#)
                #expect(config(plugin) == #"{"initial":true}"#)
                let copy = copied(plugin.loaded.currentConfig)
                #expect(copy.text == #"{"initial":true}"#)
                #expect(copy.failure == nil)
            }
        }

        @Test(arguments: [
            (#"{ "a" : 1 }"#, #"{"a":1}"#), ("7", #"{"value":7}"#), ("null", #"{"value":null}"#),
            ("[1, 2]", #"{"value":[1,2]}"#), ("\"x\"", #"{"value":"x"}"#),
        ])
        func `An initialize of any JSON value refreshes them before it is answered`(
            given: String, then: String
        ) throws {
            try withPlugin("lifecycle", "Lifecycle") { plugin throws in
                let before = plugin.loaded.currentConfig
                #expect(try plugin.run(.initialize, given) == .done)
                #expect(config(plugin) == then)
                #expect(string(before.text.bytes) == #"{"initial":true}"#)
            }
        }

        @Test(
            arguments: [
                ("broken", .misbehaviour, "the plugin's current_config left is not JSON"),
                (
                    "array", .misbehaviour,
                    "the plugin's current_config left an array; expected an object"
                ),
                (
                    "silent", .misbehaviour,
                    "the plugin's current_config left no text; expected JSON"
                ),
                ("error", .plugin, "have none"),
            ] as [(String, CallFailure.Reason, String)])
        func `A plugin that cannot say its configuration has a failure in its place`(
            mode: String, reason: CallFailure.Reason, detail: String
        ) throws {
            try withPlugin("lifecycle", "Lifecycle") { plugin throws in
                #expect(try plugin.run(.initialize, "{\"config\":\"\(mode)\"}") == .done)
                let copy = copied(plugin.loaded.currentConfig)
                #expect(copy.text.isEmpty)
                #expect(copy.failure?.reason == reason)
                #expect(
                    copy.failure?.detail.contains(detail) == true, "\(copy.failure?.detail ?? "")")
                #expect(plugin.loaded.configSchema.failure == nil)
                #expect(try plugin.run(.initialize, #"{"config":""}"#) == .done)
                #expect(config(plugin) == #"{"config":""}"#)
            }
        }

        @Test func `A configuration that changes by itself is asked for between calls`() throws {
            try withPlugin("lifecycle", "Lifecycle") { plugin throws in
                let gate = try plugin.gate()
                let kwargs = "{\"mode\":\"change\",\(gate.kwargs)}"
                let running = try plugin.submit(.execute, kwargs)
                try gate.arrival()
                #expect(config(plugin) == #"{"initial":true}"#)
                // Its own job waits before the next call, and is not refused.
                #expect(plugin.loaded.load == (1, 1))
                let next = try plugin.submit()
                try gate.release()
                _ = try running.outcome()
                _ = try next.outcome()
                #expect(config(plugin) == #"{"changed":true}"#)
            }
        }

        @Test func `A change that the plugin does not tell is not seen`() throws {
            try withPlugin("lifecycle", "Lifecycle") { plugin throws in
                _ = try plugin.execute("change_silently")
                _ = try plugin.run()
                #expect(config(plugin) == #"{"initial":true}"#)
                _ = try plugin.execute("change")
                _ = try plugin.run()
                #expect(config(plugin) == #"{"changed":true}"#)
            }
        }

        @Test func `What is said to have changed many times is asked for once`() throws {
            try withPlugin("lifecycle", "Lifecycle") { plugin throws in
                let gate = try plugin.gate()
                let running = try plugin.submit(.execute, "{\(gate.kwargs)}")
                try gate.arrival()
                for _ in 0..<100 { plugin.loaded.configChanged() }
                #expect(plugin.loaded.load == (1, 1))
                try gate.release()
                _ = try running.outcome()
                _ = try plugin.run()
                #expect(plugin.loaded.load.queued == 0)
            }
        }
    }
}
