import Glibc
import Testing

@testable import WorkerOS

/// Real processes under this one, which is the child of an exit test and so disturbs no other test.
final class DescendantFamily: Sendable {
    private let ready = TestPipe()

    /// Makes this process what the worker is: a subreaper with open signals.
    init() {
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe pthread_sigmask(SIG_SETMASK, &none, nil)
        ChildSubreaper.enable()
    }

    /// Starts a shell script as a child; it and its children say that they are ready by `echo $$ >&3`.
    func start(_ script: String) throws -> ChildProcess {
        try ChildProcess(["/bin/sh", "-c", script], inheriting: [(ready.writing, 3)])
    }

    /// Waits until a number of processes are ready, and returns theirs.
    func waitUntilReady(_ count: Int) -> [Int32] {
        let lines = ready.read { $0.filter { $0 == "\n" }.count >= count }
        let numbers = lines.split(separator: "\n").compactMap { Int32($0) }
        #expect(numbers.count == count)
        return numbers
    }

    /// The numbers of the living descendants.
    static var living: [Int32] {
        ProcessWalk(root: getpid()).entries.dropFirst().filter { !$0.status.isGone }.map(\.pid)
    }

    /// Whether a process exists, be it as a zombie.
    static func exists(_ pid: Int32) -> Bool { kill(pid, 0) == 0 }

    /// Whether a process is a zombie.
    static func isZombie(_ pid: Int32) -> Bool {
        var file = ProcFile()
        return file.status(of: pid)?.isGone == true
    }
}
