import Synchronization

/// Whether the kernel's out-of-memory killer has struck, by its counters.
///
/// They do not say whom it has killed. The worker and its plugin are in one cgroup, unless the plugin
/// leaves it, and so a kill there is most likely the plugin's.
package final class OutOfMemoryWatch: Sendable {
    private struct Counter {
        let path: String
        let place: String
        var count: UInt64
    }

    private let counters: Mutex<[Counter]>

    /// Makes a watch that knows nothing yet.
    package init() { counters = Mutex([]) }

    /// Watches the files of a cgroup and of the whole machine, in which a line `oom_kill N` counts.
    init(cgroup: String?, machine: String) {
        counters = Mutex(Self.counters(cgroup, machine))
    }

    /// Counts from now on; reads a file or two of the kernel's.
    package func begin() {
        let now = Self.counters(Self.cgroupFile(), "/proc/vmstat")
        counters.withLock { $0 = now }
    }

    private static func counters(_ cgroup: String?, _ machine: String) -> [Counter] {
        [(cgroup, "in its cgroup"), (machine, "on this machine")].compactMap { path, place in
            path.flatMap { path in
                count(in: path).map { Counter(path: path, place: place, count: $0) }
            }
        }
    }

    /// A clause about what has happened since the last question; reads a file or two of the kernel's.
    package var finding: String {
        counters.withLock { counters in
            var struck: String?
            for index in counters.indices {
                let count = Self.count(in: counters[index].path) ?? counters[index].count
                if count > counters[index].count, struck == nil { struck = counters[index].place }
                counters[index].count = count
            }
            if let struck { return "the kernel's out-of-memory killer struck \(struck)" }
            return counters.isEmpty
                ? "whether for lack of memory is not known"
                : "the kernel's out-of-memory killer has not struck"
        }
    }

    private static func count(in path: String) -> UInt64? {
        var file = ProcFile()
        guard file.read(path) else { return nil }
        for line in String(decoding: file.text, as: UTF8.self).split(separator: "\n")
        where line.hasPrefix("oom_kill ") {
            return UInt64(line.dropFirst("oom_kill ".count))
        }
        return nil
    }

    /// The file that counts for the cgroup of this process, of whichever version cgroups are.
    private static func cgroupFile() -> String? {
        var file = ProcFile()
        guard file.read("/proc/self/cgroup") else { return nil }
        for line in String(decoding: file.text, as: UTF8.self).split(separator: "\n") {
            let fields = line.split(
                separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let (kinds, path) = (fields[1], fields[2] == "/" ? "" : fields[2])
            if kinds.isEmpty, count(in: "/sys/fs/cgroup\(path)/memory.events") != nil {
                return "/sys/fs/cgroup\(path)/memory.events"
            }
            if kinds.split(separator: ",").contains("memory") {
                return "/sys/fs/cgroup/memory\(path)/memory.oom_control"
            }
        }
        return nil
    }
}
