import Glibc
import Synchronization

/// The CPU and memory that this process and all its descendants use.
///
/// Thread-safe; files are read outside the lock, so that a slow reader holds up nobody.
package final class UsageMeter: Sendable {
    private let pid = getpid()
    private let nanosecondsPerTick = 1_000_000_000 / UInt64(max(1, sysconf(Int32(_SC_CLK_TCK))))
    private let pageSize = Double(getpagesize())
    private let interval: Mutex<UsageInterval>

    /// Makes a meter whose first sample is measured from the start of the process.
    package init() {
        let start = ProcessTree(root: pid).start * nanosecondsPerTick
        // The start is on the clock that counts the machine's sleep too: take the age.
        var time = timespec()
        unsafe clock_gettime(CLOCK_BOOTTIME, &time)
        let sinceBoot = UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
        let age = sinceBoot > start ? sinceBoot - start : 0
        let now = MonotonicClock.now()
        interval = Mutex(UsageInterval(start: now > age ? now - age : 0))
    }

    /// Reads what is used now; the CPU share is that since the sample before.
    package func sample() -> ProcessUsage {
        let tree = ProcessTree(root: pid)
        let reading = UsageInterval.Reading(
            cpu: tree.ticks * nanosecondsPerTick, time: MonotonicClock.now())
        return ProcessUsage(
            pid: pid, cpuPercent: interval.withLock { $0.percent(at: reading) },
            residentMiB: Double(tree.residentPages) * pageSize / 1_048_576)
    }
}
