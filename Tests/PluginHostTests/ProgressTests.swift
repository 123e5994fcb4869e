import TestSupport
import Testing
import WorkerCalls
import WorkerCore
import WorkerJSON

@testable import PluginHost

extension PluginHostTests {
    @Suite struct ProgressTests {
        private func report(_ fraction: Double, _ message: String) -> ProgressReport? {
            ProgressReport(fraction: fraction, message: message)
        }

        @Test func `Progress that is out of order is refused, and the last in order counts`() throws
        {
            try withPlugin("calls", "Calls") { plugin throws in
                #expect(plugin.loaded.progress == ProgressReport.none)
                let gate = try plugin.gate()
                let running = try plugin.submit(
                    .execute, "{\"mode\":\"progress\",\(gate.kwargs)}")
                try gate.arrival()
                #expect(plugin.loaded.progress == report(-1, "half \"way\""))
                try gate.release()
                #expect(try running.outcome() == .value("[0,33,33,33,33,33,0,0,0]"))
                // It stays readable until another call begins.
                #expect(plugin.loaded.progress == report(-1, "half \"way\""))
            }
        }

        @Test func `A new call begins without progress`() throws {
            try withPlugin("calls", "Calls") { plugin throws in
                let gate = try plugin.gate()
                try gate.release()
                _ = try plugin.execute("progress", gate.kwargs)
                try gate.arrival()
                let running = try plugin.submit(.execute, "{\"mode\":\"block\",\(gate.kwargs)}")
                try gate.arrival()
                #expect(plugin.loaded.progress == ProgressReport.none)
                try gate.release()
                _ = try running.outcome()
            }
        }

        @Test func `A call that is about to begin has no progress of the one before it`() throws {
            try withPlugin("calls", "Calls") { plugin throws in
                let gate = try plugin.gate()
                try gate.release()
                _ = try plugin.execute("progress", gate.kwargs)
                let next = Call(
                    .execute, body: ByteBuffer(), args: nil, kwargs: nil, requestID: "next",
                    arrival: .zero, deadline: nil, client: Recorder())
                // As far as an executor goes under the lock of the queue.
                let slot = plugin.loaded.slots[0]
                slot.admit(next)
                #expect(plugin.loaded.progress(id: "next") == ProgressReport.none)
                _ = slot.endControl()
            }
        }
    }
}
