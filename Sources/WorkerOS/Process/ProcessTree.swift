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
