import PluginHost
import TestSupport
import Testing
import WorkerCalls
import WorkerCore

extension PluginHostTests {
    @Suite struct ExceptionTests {
        private static let text = "thrown \"on\" purpose"

        /// Reasons of an exception: those of a plugin that fails.
        private func expect(_ outcome: Outcome, says detail: String = text) {
            #expect(outcome.failureIfAny?.reason == .plugin)
            #expect(outcome.failureIfAny?.detail.contains(detail) == true, "\(outcome)")
        }

        @Test(arguments: [
            ("runtime_error", text), ("string", ""), ("int", ""), ("bad_text", "bad \u{FFFD} what"),
        ])
        func `An exception out of execute is the call's failure`(kind: String, says: String) throws
        {
            try withPlugin("throwing", "InExecute") { plugin throws in
                for _ in 0..<2 {
                    expect(try plugin.run(.execute, "{\"kind\":\"\(kind)\"}"), says: says)
                }
                #expect(plugin.loaded.name == .text("Throwing"))
            }
        }

        @Test func `An exception after finish changes nothing`() throws {
            try withPlugin("throwing", "AfterFinish") { plugin throws in
                let recorder = try plugin.submit()
                #expect(try recorder.outcome() == .value("\"quiet\""))
                #expect(try plugin.run() == .value("\"quiet\""))
                #expect(recorder.outcomes.count == 1)
            }
        }

        @Test func `An exception out of a stream ends it behind its lines`() throws {
            try withPlugin("throwing", "InStream") { plugin throws in
                let recorder = try plugin.submit(.stream)
                expect(try recorder.outcome())
                #expect(recorder.lines == "1\n")
            }
        }

        @Test func `An exception out of initialize or cleanup is the answer`() throws {
            try withPlugin("throwing", "InInitialize") { plugin throws in
                expect(try plugin.run(.initialize, "{}"))
                #expect(try plugin.run() == .value("\"quiet\""))
            }
            try withPlugin("throwing", "InCleanup") { plugin throws in
                expect(try plugin.run(.cleanup))
                #expect(try plugin.run() == .value("\"quiet\""))
            }
        }

        @Test func `An exception out of schema or configuration is a failure in its place`() throws
        {
            try withPlugin("throwing", "InSchema") { plugin in
                let failure = plugin.loaded.configSchema.failure
                #expect(failure?.detail.contains(Self.text) == true)
                #expect(plugin.loaded.currentConfig.failure == nil)
            }
            try withPlugin("throwing", "InConfig") { plugin in
                let failure = plugin.loaded.currentConfig.failure
                #expect(failure?.detail.contains(Self.text) == true)
            }
        }

        @Test func `An exception out of cancel is what cancel answers`() throws {
            try withPlugin("throwing", "InCancel") { plugin throws in
                guard case .failed(let detail) = try plugin.cancelAll() else {
                    throw TestFailure("cancel does not fail")
                }
                #expect(detail.contains(Self.text))
            }
        }

        @Test func `An exception out of destroy ends the plugin all the same`() throws {
            try withPlugin("throwing", "InDestroy") { _ in }
        }
    }
}
