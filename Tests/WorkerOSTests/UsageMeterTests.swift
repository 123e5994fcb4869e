import Glibc
import TestSupport
import Testing
import WorkerCore

@testable import WorkerOS

@Suite(.blocking) struct UsageMeterTests {
    @Test func `A sample says what this process holds in memory`() {
        let usage = UsageMeter().sample()
        #expect(usage.residentMiB > 1 && usage.residentMiB < 100_000)
        #expect(usage.cpuPercent >= 0 && usage.cpuPercent.isFinite)
    }

    @Test(arguments: [true, false])
    func `Children and grandchildren belong to the tree`(byLists: Bool) throws {
        // The shell stays, since it has more to do, and so is the parent of sleep.
        let child = try ChildProcess(["/bin/sh", "-c", "/bin/sleep 60; true"])
        var tree = ProcessTree(root: child.pid, byLists: byLists)
        #expect(
            eventually {
                tree = ProcessTree(root: child.pid, byLists: byLists)
                return tree.processes.count == 2
            })
        #expect(tree.processes.first == child.pid)
        #expect(tree.residentPages > 0)
        #expect(tree.start > 0)
        #expect(ProcessTree(root: getpid(), byLists: byLists).processes.contains(child.pid))
        kill(tree.processes[1], SIGKILL)
    }

    @Test(arguments: [true, false])
    func `A process that is gone has no usage`(byLists: Bool) throws {
        let child = try ChildProcess(["/bin/true"])
        child.wait()
        let tree = ProcessTree(root: child.pid, byLists: byLists)
        #expect(tree.ticks == 0 && tree.residentPages == 0)
    }

    @Test func `A busy child is seen in the ticks of its parent's tree`() throws {
        let child = try ChildProcess(["/bin/sh", "-c", "while :; do :; done"])
        #expect(eventually { ProcessTree(root: child.pid).ticks >= 5 })
        let before = ProcessTree(root: getpid()).ticks
        #expect(eventually { ProcessTree(root: getpid()).ticks > before })
    }

    @Test(arguments: [0, 10])
    func `Many threads may ask while children come and go`(children: Int) throws {
        let meter = UsageMeter()
        let sleepers = (0..<children).compactMap { _ in try? ChildProcess(["/bin/sleep", "60"]) }
        #expect(sleepers.count == children)
        let threads = try (0..<4).map { index in
            try TestThread(name: "poller \(index)") {
                for _ in 0..<100 { #expect(meter.sample().cpuPercent >= 0) }
            }
        }
        for _ in 0..<20 { (try? ChildProcess(["/bin/true"]))?.wait() }
        for thread in threads { #expect(thread.join()) }
    }
}
