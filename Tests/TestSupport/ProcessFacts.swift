import Glibc

/// What /proc says about a process.
public struct ProcessFacts: Sendable {
    /// The process.
    public let pid: Int32

    /// Makes the facts of `pid`.
    public init(_ pid: Int32) { self.pid = pid }

    /// The resident memory in KiB that is its own, without what is mapped from files.
    public var anonymousKiB: Int { number("RssAnon:") }

    /// The resident memory in KiB.
    public var residentKiB: Int { number("VmRSS:") }

    /// The most that it has been, in KiB.
    public var peakKiB: Int { number("VmHWM:") }

    /// How many pages it was given so far, each when it was first touched.
    public var pageFaults: Int {
        // The eighth number behind the name, which is in brackets.
        let text = String(decoding: bytes(of: "stat"), as: UTF8.self)
        let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        return fields.count > 8 ? Int(fields[8]) ?? 0 : 0
    }

    /// The first word of its command line.
    public var title: String {
        String(decoding: bytes(of: "cmdline").prefix { $0 != 0 }, as: UTF8.self)
    }

    /// The variables that it was started with, as /proc shows them; each ends with NUL.
    ///
    /// For a moment there are none yet where its parent has been told already that it runs its program: the
    /// kernel closes descriptors before it lays out the new memory.
    public var environment: String {
        let deadline = Deadline()
        while true {
            let text = String(decoding: bytes(of: "environ"), as: UTF8.self)
            if !text.isEmpty || deadline.hasPassed { return text }
            usleep(1000)
        }
    }

    /// The processes that its children have started: below a worker, that of a Python plugin.
    public var grandchildren: [Int32] { children.flatMap { ProcessFacts($0).children } }

    private var children: [Int32] {
        guard let folder = unsafe opendir("/proc/\(pid)/task") else { return [] }
        defer { unsafe closedir(folder) }
        var found: [Int32] = []
        while let entry = unsafe readdir(folder) {
            let thread = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
                unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe String(cString: $0)
                }
            }
            let text = String(decoding: bytes(of: "task/\(thread)/children"), as: UTF8.self)
            found += text.split(separator: " ").compactMap { Int32($0) }
        }
        return found
    }

    /// The number of threads; 0 where the process is gone.
    public var threads: Int { number("Threads:") }

    /// Whether the process is there, and no zombie.
    public var isAlive: Bool {
        let state = field("State:")
        return !state.isEmpty && !state.hasPrefix("Z")
    }

    /// Waits until it is gone, or a zombie; whether it is.
    public func comesToAnEnd(within milliseconds: Int = Deadline.patience) -> Bool {
        let deadline = Deadline(milliseconds: milliseconds)
        while isAlive, !deadline.hasPassed { poll(nil, 0, 5) }
        return !isAlive
    }

    /// The number of open descriptors.
    public var descriptors: Int {
        guard let folder = unsafe opendir("/proc/\(pid)/fd") else { return 0 }
        defer { unsafe closedir(folder) }
        var count = 0
        while unsafe readdir(folder) != nil { count += 1 }
        return count - 2
    }

    /// Where a descriptor leads: a path, `socket:[…]`, `pipe:[…]`; nothing where it is not open.
    public func target(of descriptor: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                guard let start = characters.baseAddress else { return 0 }
                return unsafe readlink("/proc/\(pid)/fd/\(descriptor)", start, characters.count)
            }
        }
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }

    private func number(_ name: String) -> Int {
        Int(field(name).prefix { $0.isNumber }) ?? 0
    }

    /// What is in a file of its folder in /proc; nothing where it is gone.
    private func bytes(of name: String) -> [UInt8] {
        let path = "/proc/\(pid)/\(name)"
        guard let file = try? Descriptor(unsafe open(path, O_RDONLY | O_CLOEXEC), from: "open"),
            let bytes = try? file.read()
        else { return [] }
        return Array(bytes)
    }

    private func field(_ name: String) -> Substring {
        let text = String(decoding: bytes(of: "status"), as: UTF8.self)
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) } ?? ""
        return line.dropFirst(name.count).drop { $0 == " " || $0 == "\t" }
    }
}
