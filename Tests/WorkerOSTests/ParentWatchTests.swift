import Glibc
import TestSupport
import Testing
import WorkerCore
import WorkerThreads

@testable import WorkerOS

/// What is decided when the watch begins.
///
/// That it fires is tested through the real binary: whatever a test could end is younger than it.
@Suite(.blocking) struct ParentWatchTests {
    /// 0 sends none: this process must not be hit.
    private static let noSignal: Int32 = 0

    @Test func `The watch holds an older process, with a descriptor that is silent`() throws {
        let watch = try #require(ParentWatch(1, deathSignal: Self.noSignal))
        #expect(!watch.isGone)
        let descriptor = try #require(watch.descriptor)
        #expect(!Poll.wait(descriptor, until: .zero))
        #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0)
    }

    @Test func `The watch refuses a younger process that has the number of one that is gone`()
        throws
    {
        let child = try ChildProcess(["/bin/sleep", "60"])
        #expect(ParentWatch(child.pid, deathSignal: Self.noSignal) == nil)
    }

    @Test func `The watch refuses a zombie and a number that no process has`() throws {
        let child = try ChildProcess(["/bin/true"])
        var information = unsafe siginfo_t()
        while unsafe waitid(P_PID, id_t(child.pid), &information, WEXITED | WNOWAIT) < 0 {}
        #expect(ParentWatch(child.pid, deathSignal: Self.noSignal) == nil)
        child.wait()
        #expect(ParentWatch(child.pid, deathSignal: Self.noSignal) == nil)
    }
}
