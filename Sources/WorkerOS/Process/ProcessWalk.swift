import CLinux
import Glibc

/// One walk through a process and all its descendants, from /proc.
///
/// A walk is no snapshot: what comes and goes meanwhile may be in it or not.
struct ProcessWalk {
    /// A process and what was read of it.
    struct Entry {
        let pid: Int32
        let status: ProcessStatus
    }

    /// More processes than this are not followed, so that a fork bomb cannot hold up the reader.
    private static let maxProcesses = 4_096

    /// The processes that were found, the root first; none where it does not exist.
    private(set) var entries: [Entry] = []
    private var pending: [Int32]
    private var file = ProcFile()

    /// Whether the kernel lists the children of a thread (CONFIG_PROC_CHILDREN).
    static let listsChildren = {
        let pid = getpid()
        return unsafe access("/proc/\(pid)/task/\(pid)/children", R_OK) == 0
    }()

    /// Reads the tree under a process; what vanishes meanwhile is left out.
    ///
    /// Without the kernel's lists of children, all of /proc is read once.
    init(root: Int32, byLists: Bool = ProcessWalk.listsChildren) {
        pending = [root]
        if byLists { walk() } else { scan() }
    }

    /// Follows the lists of children, thread by thread.
    private mutating func walk() {
        var next = 0
        while next < pending.count {
            let process = pending[next]
            next += 1
            guard let status = file.status(of: process) else { continue }
            entries.append(Entry(pid: process, status: status))
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
        while let child = numbers.next(), pending.count < Self.maxProcesses {
            pending.append(Int32(truncatingIfNeeded: child))
        }
    }

    /// Reads every process of the machine and picks the descendants.
    private mutating func scan() {
        var all: [Int32] = []
        ProcFile.numbers(in: "/proc") { all.append($0) }
        var children: [Int32: [Entry]] = [:]
        for process in all {
            guard let status = file.status(of: process) else { continue }
            let entry = Entry(pid: process, status: status)
            if process == pending[0] { entries.append(entry) }
            children[status.parent, default: []].append(entry)
        }
        var next = 0
        while next < entries.count, entries.count < Self.maxProcesses {
            entries += children[entries[next].pid] ?? []
            next += 1
        }
    }
}
