import Glibc
package import WorkerCore

/// Reads what /metrics shows of single processes.
///
/// Any thread.
package struct ProcessMeter: Sendable {
    private let ticksPerSecond = Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
    private let pageSize = UInt64(getpagesize())
    /// When the machine started, in seconds since 1970; the kernel's `btime` may be wrong in sandboxes.
    private let bootTime: Double

    /// Makes a meter.
    package init() {
        let age = Self.time(CLOCK_BOOTTIME)
        bootTime = ((Self.time(CLOCK_REALTIME) - age) * 100).rounded() / 100
    }

    /// Seconds since 1970, now.
    package var unixTime: Double { Self.time(CLOCK_REALTIME) }

    private static func time(_ clock: clockid_t) -> Double {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Reads a process, or this one; nil where there is none.
    package func read(_ process: Int32? = nil) -> ProcessReading? {
        let folder = process.map { "/proc/\($0)" } ?? "/proc/self"
        var file = ProcFile()
        guard file.read(folder + "/stat"), let status = ProcessStatus(file.text) else { return nil }
        let limit =
            file.read(folder + "/limits") ? Self.value(of: "Max open files", in: file.text) : nil
        var open: UInt64?
        if unsafe access(folder + "/fd", R_OK | X_OK) == 0 {
            var count: UInt64 = 0
            ProcFile.numbers(in: folder + "/fd") { _ in count += 1 }
            // One's own list has the descriptor by which it is read.
            open = process == nil ? count - min(count, 1) : count
        }
        return ProcessReading(
            cpuSeconds: Double(status.ownTicks) / ticksPerSecond,
            residentBytes: status.residentPages &* pageSize, virtualBytes: status.virtualBytes,
            openDescriptors: open, maxDescriptors: limit, threads: UInt64(status.threads),
            startSeconds: bootTime + Double(status.start) / ticksPerSecond)
    }

    /// The number behind the name that a line begins with; nil where it is none.
    private static func value(of name: String, in text: ArraySlice<UInt8>) -> UInt64? {
        let line = text.split(separator: UInt8(ascii: "\n")).first { $0.starts(with: name.utf8) }
        guard let line else { return nil }
        var numbers = NumberReader(line.dropFirst(name.utf8.count))
        return numbers.next()
    }
}
