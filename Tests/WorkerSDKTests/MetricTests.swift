import Synchronization
import Testing
import WorkerSDK

/// The plugin's own metrics, as the worker's table gets them.
@Suite struct MetricTests {
    /// What the table got since a line, for the series of that line.
    private func lines(after first: String) throws -> [String] {
        let all = FakeHost.state.withLock { $0.metrics }
        let start = try #require(all.firstIndex(of: first))
        return all.filter { $0.split(separator: " ").dropFirst().first == "\(start + 1)" }
    }

    @Test func `Each kind is asked for with its labels in order, and updated by its number`() throws
    {
        // The table is the worker's once a class has been asked for.
        _ = try #require(LoadedPlugin(Greeter.self))
        let counter = try Worker.counter("sdk_total", "Made.", labels: ["b": "ü", "a": "1"])
        counter.add()
        counter.add(2.5)
        #expect(
            try lines(after: "0 sdk_total 'Made.' [\"a=1\", \"b=ü\"] []").map(Self.update) == [
                "add 1.0", "add 2.5",
            ])
        let gauge = try Worker.gauge("sdk_warmth", "Warm.")
        gauge.set(.nan)
        gauge.add(-1)
        #expect(
            try lines(after: "1 sdk_warmth 'Warm.' [] []").map(Self.update) == [
                "set nan", "add -1.0",
            ])
        let histogram = try Worker.histogram("sdk_seconds", "Long.", buckets: [0.5, 2])
        histogram.observe(1)
        histogram.observe(.milliseconds(1_500))
        #expect(histogram.time { 7 } == 7)
        let observed = try lines(after: "2 sdk_seconds 'Long.' [] [\"0.5\", \"2.0\"]")
            .map(Self.update)
        #expect(observed.prefix(2) == ["observe 1.0", "observe 1.5"])
        #expect(observed.count == 3)
    }

    @Test func `A metric that is there in another way is an error that names it`() throws {
        _ = try #require(LoadedPlugin(Greeter.self))
        do {
            _ = try Worker.gauge("sdk_clashing", "Warm.")
            Issue.record("it has been taken")
        } catch let error as PluginError {
            #expect("\(error)".contains("metric sdk_clashing: it is there with another type"))
        }
    }

    private static func update(_ line: String) -> String {
        let words = line.split(separator: " ")
        return "\(words[0]) \(words[2])"
    }
}
