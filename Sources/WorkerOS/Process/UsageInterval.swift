/// The arithmetic that turns readings of used CPU time into percent of one core.
///
/// Readings closer together than `shortest` are measured from the same earlier one, so that two
/// pollers do not shorten each other's intervals.
struct UsageInterval: Sendable {
    /// A reading: CPU time used so far at a moment, both in nanoseconds.
    struct Reading: Sendable, Equatable {
        var cpu: UInt64
        var time: UInt64
    }

    /// The shortest interval that is measured from the latest reading, in nanoseconds.
    static let shortest: UInt64 = 100_000_000

    private var baseline: Reading
    private var latest: Reading

    /// The first reading is measured from the start of the process, with no CPU time used.
    init(start: UInt64) {
        baseline = Reading(cpu: 0, time: start)
        latest = baseline
    }

    /// Takes a reading and returns the percent of one core used up to it; never negative.
    ///
    /// Readings may come late, as threads overtake each other, and CPU time may shrink, when a
    /// descendant ends without being waited for.
    mutating func percent(at reading: Reading) -> Double {
        if reading.time >= latest.time, reading.time - latest.time >= Self.shortest {
            baseline = latest
            latest = reading
        }
        guard reading.time > baseline.time, reading.cpu > baseline.cpu else { return 0 }
        return Double(reading.cpu - baseline.cpu) / Double(reading.time - baseline.time) * 100
    }
}
