import Glibc

/// What /proc says about a process.
public struct ProcessFacts: Sendable {
    /// The process.
    public let pid: Int32

    /// Makes the facts of `pid`.
    public init(_ pid: Int32) { self.pid = pid }

    /// The resident memory in KiB that is its own, without what is mapped from files.
    public var anonymousKiB: Int { number("RssAnon:") }

    /// The number of threads; 0 where the process is gone.
    public var threads: Int { number("Threads:") }

    /// Whether the process is there, and no zombie.
    public var isAlive: Bool {
        let state = field("State:")
        return !state.isEmpty && !state.hasPrefix("Z")
    }

    /// The number of open descriptors.
    public var descriptors: Int {
        guard let folder = unsafe opendir("/proc/\(pid)/fd") else { return 0 }
        defer { unsafe closedir(folder) }
        var count = 0
        while unsafe readdir(folder) != nil { count += 1 }
        return count - 2
    }

    private func number(_ name: String) -> Int {
        Int(field(name).prefix { $0.isNumber }) ?? 0
    }

    private func field(_ name: String) -> Substring {
        let path = "/proc/\(pid)/status"
        guard let file = try? Descriptor(unsafe open(path, O_RDONLY | O_CLOEXEC), from: "open"),
            let bytes = try? file.read()
        else { return "" }
        let text = String(decoding: bytes, as: UTF8.self)
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) } ?? ""
        return line.dropFirst(name.count).drop { $0 == " " || $0 == "\t" }
    }
}
