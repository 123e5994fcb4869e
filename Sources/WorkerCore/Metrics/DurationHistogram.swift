/// Times, counted in buckets from a millisecond to ten minutes.
///
/// Written by one thread.
package struct DurationHistogram: Sendable {
    /// The upper bounds of all buckets but the last, which has none; as Prometheus is to read them.
    package static let bounds: [(text: StaticString, nanoseconds: UInt64)] = [
        ("0.001", 1_000_000), ("0.0025", 2_500_000), ("0.005", 5_000_000), ("0.01", 10_000_000),
        ("0.025", 25_000_000), ("0.05", 50_000_000), ("0.1", 100_000_000), ("0.25", 250_000_000),
        ("0.5", 500_000_000), ("1", 1_000_000_000), ("2.5", 2_500_000_000), ("5", 5_000_000_000),
        ("10", 10_000_000_000), ("30", 30_000_000_000), ("60", 60_000_000_000),
        ("120", 120_000_000_000), ("300", 300_000_000_000), ("600", 600_000_000_000),
    ]

    /// How many times lie in each bucket and in none before it.
    package private(set) var counts = [UInt64](repeating: 0, count: bounds.count + 1)
    /// The sum of all times, in nanoseconds; begins anew after 584 years.
    package private(set) var sum: UInt64 = 0

    /// Makes an empty histogram.
    package init() {}

    /// Counts a time.
    package mutating func observe(_ time: TimeSpan) {
        sum &+= time.nanoseconds
        var bucket = 0
        for bound in Self.bounds {
            if time.nanoseconds <= bound.nanoseconds { break }
            bucket += 1
        }
        counts[bucket] += 1
    }

    /// Counts all times of another one, too.
    package mutating func add(_ other: Self) {
        sum &+= other.sum
        for (bucket, count) in other.counts.enumerated() { counts[bucket] += count }
    }
}
