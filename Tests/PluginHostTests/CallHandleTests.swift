import PluginHost
import TestSupport
import Testing
import WorkerCore

extension PluginHostTests {
    @Suite struct CallHandleTests {
        @Test func `A pending call ends when a thread of the plugin finishes it`() throws {
            try withPlugin("calls", "Calls") { plugin throws in
                let gate = try plugin.gate()
                let kwargs = "{\"mode\":\"pending\",\(gate.kwargs)}"
                let recorder = try plugin.submit(.execute, kwargs)
                #expect(try gate.arrival() == "pending")
                #expect(recorder.outcomes.isEmpty)
                #expect(plugin.loaded.load == (1, 0))
                // It holds its place: a serial plugin runs nothing beside it.
                let next = try plugin.submit(.execute, #"{"mode":"nts"}"#)
                #expect(plugin.loaded.load.queued == 1)
                try gate.release()
                #expect(try recorder.outcome() == .value("\"later\""))
                #expect(try next.outcome() == .value("[1,2]"))
            }
        }

        @Test func `A call that is finished before it says pending is finished`() throws {
            try withPlugin("calls", "Calls") { plugin throws in
                #expect(try plugin.execute("pending_but_finished") == .value("\"early\""))
                #expect(try plugin.execute("nts") == .value("[1,2]"))
            }
        }

        @Test func `A finish after execute has returned well is too late`() throws {
            try withPlugin("calls", "Calls") { plugin throws in
                let gate = try plugin.gate()
                let outcome = try plugin.execute("late", gate.kwargs)
                #expect(outcome.failureIfAny?.reason == .misbehaviour)
                try gate.release()
                #expect(try gate.arrival() == "finished")
                #expect(try plugin.execute("recorded") == .value("32"))
            }
        }

        @Test func `A handle is stale once its call has ended, also in the same slot`() throws {
            try withPlugin("calls", "Calls") { plugin throws in
                #expect(try plugin.execute("remember") == .value("true"))
                #expect(try plugin.execute("use_former") == .value("[32,32,1,32,32]"))
            }
        }

        /// What emit, progress, is_cancelled and finish say of each invented handle, UW_NO_CALL first.
        private func invent() throws -> [Substring] {
            var rows: [Substring] = []
            // Another plugin has the first slot, and nothing runs in it.
            try withPlugin("calls", "Calls") { _ in
                try withPlugin("calls", "Calls") { plugin throws in
                    guard case .value(let text) = try plugin.execute("invent") else { return }
                    rows = text.split { "[]".contains($0) }.filter { $0 != "," }
                }
            }
            return rows
        }

        @Test func `Invented handles lead nowhere`() throws {
            #expect(try invent().dropFirst() == ["32,32,1,32", "32,32,1,32", "32,32,1,32"])
        }

        @Test func `The handle of no call leads nowhere`() throws {
            #expect(try invent().first == "32,32,1,32")
        }

        @Test func `A handle of one plugin's call is not taken for another's`() throws {
            try withPlugin("calls", "Calls") { one in
                #expect(try one.execute("remember") == .value("true"))
                try withPlugin("calls", "Calls") { other throws in
                    #expect(try other.execute("nts") == .value("[1,2]"))
                    #expect(try one.execute("use_former") == .value("[32,32,1,32,32]"))
                }
            }
        }

        @Test func `Only streams emit`() throws {
            try withPlugin("calls", "Calls") { plugin throws in
                #expect(try plugin.execute("emit") == .value("34"))
            }
        }

        @Test(arguments: [0, 1, 127, 128, 129, 4000])
        func `The plugin sees the call's name, up to 128 bytes of it`(length: Int) throws {
            try withPlugin("calls", "Calls") { plugin throws in
                let name = String(repeating: "n", count: length)
                let recorder = Recorder()
                try plugin.submit(
                    .execute, #"{"mode":"request_id"}"#, to: recorder, requestID: name)
                #expect(try recorder.outcome() == .value("\"\(name.prefix(128))\""))
            }
        }

        @Test func `Pending calls that are finished while they return lose nothing`() throws {
            try withPlugin("calls", "Calls") { plugin throws in
                let gate = try plugin.gate()
                for _ in 0..<300 {
                    let kwargs = "{\"mode\":\"pending\",\(gate.kwargs)}"
                    let recorder = try plugin.submit(.execute, kwargs)
                    // The fixture announces before it returns, so the two race from here.
                    try gate.arrival()
                    try gate.release()
                    #expect(try recorder.outcome() == .value("\"later\""))
                    #expect(recorder.outcomes.count == 1)
                }
            }
        }
    }
}
