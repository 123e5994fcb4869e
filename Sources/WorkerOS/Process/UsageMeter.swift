import Glibc
import Synchronization
package import WorkerCore
import WorkerThreads

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
            cpuPercent: interval.withLock { $0.percent(at: reading) }, residentMiB: residentMiB)
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
