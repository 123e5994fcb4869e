internal import Glibc
internal import Synchronization
package import WorkerCore
internal import WorkerThreads

/// The CPU and memory that this process and all its descendants use.
///
/// Thread-safe; files are read outside the lock, so that a slow reader holds up no other.
package final class UsageMeter: Sendable {
    private let pid = getpid()
    private let tick = TimeSpan.seconds(1) / UInt64(max(1, sysconf(Int32(_SC_CLK_TCK))))
    private let pageSize = Double(getpagesize())
    private let interval: Mutex<UsageInterval>

    /// Makes a meter whose first sample is measured from the start of the process.
    package init() {
        let now = Moment.now()
        let start = tick * ProcessTree(root: pid).start
        guard start > .zero else {
            interval = Mutex(UsageInterval(start: now))
            return
        }
        // The start is on the clock that counts the machine's sleep too: take the age.
        var time = timespec()
        unsafe clock_gettime(CLOCK_BOOTTIME, &time)
        let sinceBoot = TimeSpan.seconds(UInt64(time.tv_sec)) + .nanoseconds(UInt64(time.tv_nsec))
        interval = Mutex(UsageInterval(start: now - (sinceBoot - start)))
    }

    /// Reads what is used now; the CPU share is that since the sample before.
    ///
    /// Without /proc it is what the kernel tells a process of itself: its own CPU time and that of
    /// children that were waited for, and the most memory that it has had.
    package func sample() -> ResourceUsage {
        let tree = ProcessTree(root: pid)
        let (cpu, residentMiB) =
            tree.processes.isEmpty
            ? Self.ownUsage()
            : (
                tick * tree.ticks,
                Double(tree.residentPages) * pageSize / 1_048_576
            )
        let reading = UsageInterval.Reading(cpu: cpu, time: Moment.now())
        return ResourceUsage(
            cpuPercent: interval.withLock { $0.percent(at: reading) }, residentMiB: residentMiB,
            processes: tree.processes)
    }

    /// The CPU time and the peak of memory in MiB; the corresponding C function is `getrusage`.
    private static func ownUsage() -> (cpu: TimeSpan, peakMiB: Double) {
        var own = rusage()
        var children = rusage()
        unsafe getrusage(RUSAGE_SELF.rawValue, &own)
        unsafe getrusage(RUSAGE_CHILDREN.rawValue, &children)
        let times = [own.ru_utime, own.ru_stime, children.ru_utime, children.ru_stime]
        let microseconds = times.reduce(0) { $0 + $1.tv_sec * 1_000_000 + $1.tv_usec }
        return (.microseconds(UInt64(microseconds)), Double(own.ru_maxrss) / 1_024)
    }
}

/// What a process and its descendants use, summed up from /proc.
struct ProcessTree {
    /// The CPU time of all, in ticks.
    private(set) var ticks: UInt64 = 0
    /// The memory in RAM of all, in pages.
    private(set) var residentPages: UInt64 = 0
    /// When the root started, in ticks since the machine did; 0 where it is unknown.
    let start: UInt64
    /// The processes that were found, the root first.
    let processes: [Int32]

    /// Reads the tree under a process; what vanishes meanwhile is left out.
    init(root: Int32, byLists: Bool = ProcessWalk.listsChildren) {
        let walk = ProcessWalk(root: root, byLists: byLists)
        processes = walk.entries.map(\.pid)
        start = walk.entries.first?.status.start ?? 0
        var file = ProcFile()
        for entry in walk.entries {
            ticks &+= entry.status.ticks
            guard file.read("/proc/\(entry.pid)/statm") else { continue }
            var numbers = NumberReader(file.text)
            numbers.skipWord()
            residentPages &+= numbers.next() ?? 0
        }
    }
}

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
