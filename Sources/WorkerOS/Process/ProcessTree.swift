import CLinux
import Glibc

/// What a process and its descendants use, summed up from /proc.
struct ProcessTree {
    /// More processes than this are not followed, so that a fork bomb cannot hold up the reader.
    private static let maxProcesses = 4_096

    /// The CPU time of all, in ticks.
    private(set) var ticks: UInt64 = 0
    /// The memory in RAM of all, in pages.
    private(set) var residentPages: UInt64 = 0
    /// When the root started, in ticks since the machine did; 0 where it is unknown.
    private(set) var start: UInt64 = 0
    /// The processes that were found, the root first.
    private(set) var processes: [Int32]

    private var file = ProcFile()

    /// Whether the kernel lists the children of a thread (CONFIG_PROC_CHILDREN).
    static let listsChildren = {
        let pid = getpid()
        return unsafe access("/proc/\(pid)/task/\(pid)/children", R_OK) == 0
    }()

    /// Reads the tree under a process; what vanishes meanwhile is left out.
    ///
    /// Without the kernel's lists of children, all of /proc is read once.
    init(root: Int32, byLists: Bool = ProcessTree.listsChildren) {
        processes = [root]
        if byLists { walk() } else { scan() }
    }

    /// Follows the lists of children, thread by thread.
    private mutating func walk() {
        var next = 0
        while next < processes.count {
            let process = processes[next]
            next += 1
            guard let status = status(of: process) else { continue }
            add(process, status)
            if status.threads <= 1 {
                addChildren(of: process, thread: process)
            } else {
                var threads: [Int32] = []
                ProcFile.numbers(in: "/proc/\(process)/task") { threads.append($0) }
                for thread in threads { addChildren(of: process, thread: thread) }
            }
        }
    }

    private mutating func addChildren(of process: Int32, thread: Int32) {
        guard file.read("/proc/\(process)/task/\(thread)/children") else { return }
        var numbers = NumberReader(file.text)
        while let child = numbers.next(), processes.count < Self.maxProcesses {
            processes.append(Int32(truncatingIfNeeded: child))
        }
    }

    /// Reads every process of the machine and picks the descendants.
    private mutating func scan() {
        var all: [Int32] = []
        ProcFile.numbers(in: "/proc") { all.append($0) }
        var children: [Int32: [(Int32, ProcessStatus)]] = [:]
        for process in all {
            guard let status = status(of: process) else { continue }
            if process == processes[0] { add(process, status) }
            children[status.parent, default: []].append((process, status))
        }
        var next = 0
        while next < processes.count {
            for (child, status) in children[processes[next]] ?? []
            where processes.count < Self.maxProcesses {
                processes.append(child)
                add(child, status)
            }
            next += 1
        }
    }

    private mutating func status(of process: Int32) -> ProcessStatus? {
        file.read("/proc/\(process)/stat") ? ProcessStatus(file.text) : nil
    }

    private mutating func add(_ process: Int32, _ status: ProcessStatus) {
        if process == processes[0] { start = status.start }
        ticks &+= status.ticks
        guard file.read("/proc/\(process)/statm") else { return }
        var numbers = NumberReader(file.text)
        numbers.skipWord()
        residentPages &+= numbers.next() ?? 0
    }
}
