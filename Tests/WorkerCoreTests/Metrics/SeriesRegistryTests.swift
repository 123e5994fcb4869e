import Testing
import WorkerCore

struct SeriesRegistryTests {
    private static func series(
        _ name: String, _ kind: MetricKind = .counter,
        _ labels: [(name: String, value: String)] = [], bounds: [Double] = []
    ) -> Series { Series(kind, name: name, help: "", labels: labels, bounds: bounds) }

    @Test func `A series keeps its number, whichever the order of its labels`() throws {
        var registry = SeriesRegistry()
        let one = Self.series("a", .counter, [("x", "1"), ("y", "2")])
        let same = Self.series("a", .counter, [("y", "2"), ("x", "1")])
        #expect(try registry.find(one) == .new(0))
        #expect(try registry.find(same) == .known(0))
        #expect(try registry.find(Self.series("a", .counter, [("x", "1"), ("y", "3")])) == .new(1))
        #expect(registry.lines == 2)
    }

    @Test func `What is beyond a thousand lines is dropped and counted, and leaves nothing behind`()
        throws
    {
        var registry = SeriesRegistry()
        // Of two buckets, and so five lines.
        for number in 0..<200 {
            let labels = [(name: "i", value: "\(number)")]
            #expect(
                try registry.find(Self.series("h", .histogram, labels, bounds: [1, 2]))
                    == .new(number))
        }
        #expect(try registry.find(Self.series("one_more")) == .dropped)
        #expect(
            try registry.find(Self.series("h", .histogram, [("i", "0")], bounds: [1, 2]))
                == .known(0))
        #expect(registry.dropped == 1 && registry.lines == 1_000 && registry.families.count == 1)
    }

    @Test(arguments: [
        "process_threads", "universal_worker_state", "h_sum", "h_count", "h_bucket", "taken",
    ])
    func `No sample has the name of another metric's`(name: String) throws {
        var registry = SeriesRegistry()
        _ = try registry.find(Self.series("h", .histogram))
        _ = try registry.find(Self.series("taken", .gauge))
        #expect(throws: SeriesRefusal.self) { try registry.find(Self.series(name)) }
        _ = try registry.find(Self.series("late_sum"))
        #expect(throws: SeriesRefusal.clash) { try registry.find(Self.series("late", .histogram)) }
    }

    @Test(arguments: [[2, 1], [1, 1], [.nan], [.infinity], Array(repeating: 1, count: 65)])
    func `The bounds of a histogram are finite and increase`(bounds: [Double]) {
        var registry = SeriesRegistry()
        #expect(throws: SeriesRefusal.unlawful) {
            try registry.find(Self.series("h", .histogram, bounds: bounds))
        }
        #expect(throws: SeriesRefusal.unlawful) {
            try registry.find(Self.series("c", .counter, bounds: [1]))
        }
    }
}
