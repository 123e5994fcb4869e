import WorkerCore

/// The arithmetic that turns readings of used CPU time into percent of one core.
///
/// Readings closer together than `shortest` are measured from the same earlier one, so that two
/// pollers do not shorten each other's intervals.
struct UsageInterval: Sendable {
    /// A reading: CPU time used so far at a moment.
    struct Reading: Sendable, Equatable {
        var cpu: TimeSpan
        var time: Moment
    }

    /// The shortest interval that is measured from the latest reading.
    static let shortest = TimeSpan.milliseconds(100)

    private var baseline: Reading
    private var latest: Reading

    /// The first reading is measured from the start of the process, with no CPU time used.
    init(start: Moment) {
        baseline = Reading(cpu: .zero, time: start)
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
        let (cpu, time) = (reading.cpu - baseline.cpu, reading.time - baseline.time)
        return Double(cpu.nanoseconds) / Double(time.nanoseconds) * 100
    }
}
