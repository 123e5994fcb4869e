import Testing

@testable import WorkerOS

@Suite struct OutOfMemoryWatchTests {
    @Test func `A counter that has risen since the last question is told, the nearest first`() {
        let folder = TemporaryFolder()
        _ = folder.write("events", Array("oom 3\noom_kill 1\n".utf8))
        _ = folder.write("vmstat", Array("pgfault 5\noom_kill 7\noom_kill_x 9\n".utf8))
        let watch = OutOfMemoryWatch(
            cgroup: folder.path + "/events", machine: folder.path + "/vmstat")
        #expect(watch.finding == "the kernel's out-of-memory killer has not struck")
        _ = folder.write("vmstat", Array("pgfault 5\noom_kill 8\n".utf8))
        #expect(watch.finding == "the kernel's out-of-memory killer struck on this machine")
        #expect(watch.finding == "the kernel's out-of-memory killer has not struck")
        _ = folder.write("events", Array("oom 4\noom_kill 2\n".utf8))
        _ = folder.write("vmstat", Array("pgfault 5\noom_kill 9\n".utf8))
        #expect(watch.finding == "the kernel's out-of-memory killer struck in its cgroup")
        #expect(watch.finding == "the kernel's out-of-memory killer has not struck")
    }

    @Test func `Without counters it says that it does not know`() {
        let watch = OutOfMemoryWatch(cgroup: "/nonexistent/a", machine: "/nonexistent/b")
        #expect(watch.finding == "whether for lack of memory is not known")
    }
}
