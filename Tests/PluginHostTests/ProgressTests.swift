import PluginHost
import TestSupport
import Testing
import WorkerCore

extension PluginHostTests {
    @Suite struct ProgressTests {
        private func report(_ fraction: Double, _ message: String) -> ProgressReport? {
            ProgressReport(fraction: fraction, message: message)
        }

        @Test func `Progress that is out of order is refused, and the last in order counts`() throws
        {
            try withPlugin("calls", "Calls") { plugin throws in
                #expect(plugin.host.progress == ProgressReport.none)
                let gate = try plugin.gate()
                let running = try plugin.submit(
                    .execute, "{\"mode\":\"progress\",\(gate.kwargs)}")
                try gate.arrival()
                #expect(plugin.host.progress == report(-1, "half \"way\""))
                try gate.release()
                #expect(try running.outcome() == .value("[0,33,33,33,33,33,0,0,0]"))
                // It stays readable until another call begins.
                #expect(plugin.host.progress == report(-1, "half \"way\""))
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
                #expect(plugin.host.progress == ProgressReport.none)
                try gate.release()
                _ = try running.outcome()
            }
        }
    }
}
