import Glibc

/// What a process and all that is below it hold, as /proc shows it.
package struct TreeUse: Equatable, Sendable {
    /// How many descriptors lead to each thing: a path, or a kind such as `socket`.
    package private(set) var descriptors: [String: Int] = [:]
    /// How many threads there are.
    package private(set) var threads = 0
    /// How many processes of each name there are, those included that have ended and were not waited for.
    package private(set) var processes: [String: Int] = [:]

    /// Counts; what comes and goes meanwhile may be in it or not.
    package init(of root: Int32) {
        var file = ProcFile()
        for entry in ProcessWalk(root: root).entries {
            threads += entry.status.isGone ? 0 : entry.status.threads
            let name = file.read("/proc/\(entry.pid)/comm") ? file.text.dropLast() : []
            let text = String(decoding: name, as: UTF8.self)
            processes[text + (entry.status.isGone ? " (ended)" : ""), default: 0] += 1
            ProcFile.numbers(in: "/proc/\(entry.pid)/fd") { number in
                let path = "/proc/\(entry.pid)/fd/\(number)"
                if let target = Self.target(of: path) { descriptors[target, default: 0] += 1 }
            }
        }
    }

    /// What a link leads to, without the number that stands for one of many: `socket:[4711]` is `socket`.
    private static func target(of link: String) -> String? {
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4_096) { room in
            guard let start = room.baseAddress else { return nil }
            let count = unsafe start.withMemoryRebound(to: CChar.self, capacity: room.count) {
                unsafe readlink(link, $0, room.count)
            }
            guard count > 0 else { return nil }
            let name = unsafe String(
                decoding: UnsafeBufferPointer(rebasing: room[..<count]), as: UTF8.self)
            guard !name.hasPrefix("/"), let end = name.firstRange(of: ":[") else { return name }
            return String(name[..<end.lowerBound])
        }
    }
}
