import Glibc
import TestSupport
import Testing
import WorkerCore
import WorkerThreads

@testable import WorkerOS

/// Ending real processes; each test in a process of its own.
@Suite(.blocking) struct DescendantReaperTests {
    @Test(arguments: [true, false], [true, false])
    func `Child, double fork, setsid and a chain of five are gone soon`(
        byLists: Bool, descriptors: Bool
    ) async {
        await #expect(processExitsWith: .success) { [byLists, descriptors] in
            let family = DescendantFamily()
            let chain = (0..<5).reduce("echo $$ >&3; exec sleep 60") { inner, _ in
                "sh -c '\(inner.replacing("'", with: "'\\''"))'; true"
            }
            let children = [
                try family.start("echo $$ >&3; exec sleep 60"),
                try family.start("(sh -c 'echo $$ >&3; exec sleep 60' &)"),
                try family.start("setsid sh -c 'echo $$ >&3; exec sleep 60' &"),
                try family.start("setsid sh -c '(sh -c \"echo \\$\\$ >&3; exec sleep 60\" &)' &"),
                try family.start(chain),
            ]
            let pids = family.waitUntilReady(5)
            #expect(DescendantFamily.living.count >= 10)
            let reaper = DescendantReaper(byLists: byLists, usesDescriptors: descriptors)
            #expect(reaper.endAll(until: seconds(60)) == [])
            #expect(DescendantFamily.living.isEmpty)
            for pid in pids {
                #expect(!DescendantFamily.exists(pid) || DescendantFamily.isZombie(pid))
            }
            // What was a child of plugin code is left for it, also in the end.
            for child in children { #expect(DescendantFamily.isZombie(child.pid)) }
            // By the first signal, not by the one at half of the time.
            #expect(children[0].wait() == SIGTERM)
            reaper.reapRest()
            for child in children { #expect(!DescendantFamily.exists(child.pid)) }
        }
    }

    @Test func `One that ignores SIGTERM is killed at half of the time`() async {
        await #expect(processExitsWith: .success) {
            let family = DescendantFamily()
            let child = try family.start("trap '' TERM; echo $$ >&3; while :; do sleep 60; done")
            _ = family.waitUntilReady(1)
            let start = Moment.now()
            #expect(DescendantReaper().endAll(until: seconds(6)) == [])
            #expect(Moment.now() - start >= .milliseconds(2_990))
            #expect(child.wait() == SIGKILL)
        }
    }

    @Test func `One that is stopped goes on and ends by SIGTERM`() async {
        await #expect(processExitsWith: .success) {
            let family = DescendantFamily()
            let child = try family.start("trap 'exit 9' TERM; echo $$ >&3; kill -STOP $$; sleep 60")
            _ = family.waitUntilReady(1)
            var status: Int32 = 0
            unsafe waitpid(child.pid, &status, WUNTRACED)
            #expect(status & 0xff == 0x7f)
            #expect(DescendantReaper().endAll(until: seconds(10)) == [])
            #expect(child.wait() == 9 << 8)
        }
    }

    @Test(arguments: [0.0, 6, 20])
    func `Twenty that fork once more when they are asked to end are gone`(time: Double) async {
        await #expect(processExitsWith: .success) { [time] in
            let family = DescendantFamily()
            let script =
                "trap 'sh -c \"trap : TERM; sleep 60\" & exit 0' TERM; echo $$ >&3; sleep 60 & wait"
            let children = try (0..<20).map { _ in try family.start(script) }
            _ = family.waitUntilReady(20)
            let rest = DescendantReaper().endAll(until: seconds(time))
            // Without time, what was killed may not be dead yet when the answer is given.
            #expect(time == 0 || rest == [])
            #expect(eventually { DescendantFamily.living.isEmpty })
            withExtendedLifetime(children) {}
        }
    }

    @Test func `One that forks for ever and ignores SIGTERM is stopped, then killed`() async {
        await #expect(processExitsWith: .success) {
            let family = DescendantFamily()
            let child = try family.start(
                "trap '' TERM; echo $$ >&3; while :; do sleep 60 & sleep 0.005; done")
            _ = family.waitUntilReady(1)
            #expect(DescendantReaper().endAll(until: seconds(6)) == [])
            #expect(DescendantFamily.living.isEmpty)
            #expect(child.wait() == SIGKILL)
        }
    }

    @Test func `A thread that waits for a child meanwhile gets its true status`() async {
        await #expect(processExitsWith: .success) {
            let family = DescendantFamily()
            let children = try (0..<10).map { index in
                try family.start(
                    "trap 'exit \(index + 20)' TERM; echo $$ >&3; sleep 60 & wait")
            }
            _ = family.waitUntilReady(10)
            let threads = try children.enumerated().map { index, child in
                try TestThread(name: "plugin \(index)") {
                    #expect(child.wait() == Int32(index + 20) << 8)
                }
            }
            let reaper = DescendantReaper()
            reaper.reapAdopted()
            #expect(reaper.endAll(until: seconds(10)) == [])
            reaper.reapAdopted()
            for thread in threads { #expect(thread.join()) }
        }
    }

    @Test func `Where nothing was spawned there is nothing to end`() async {
        await #expect(processExitsWith: .success) {
            _ = DescendantFamily()
            let reaper = DescendantReaper()
            #expect(reaper.reapAdopted() == 0)
            #expect(reaper.endAll(until: .never) == [])
        }
    }
}
