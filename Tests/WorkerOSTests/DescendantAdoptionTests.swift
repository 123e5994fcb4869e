import Glibc
import TestSupport
import Testing
import WorkerCore
import WorkerThreads

@testable import WorkerOS

/// Reaping while the worker lives; each test in a process of its own.
@Suite(.blocking) struct DescendantAdoptionTests {
    /// A child with a child of its own, which says its number; neither reaps.
    private static let two = "sh -c 'echo $$ >&3; exec sleep 60' & exec sleep 60"
    /// The same in a session of its own, as daemons make it.
    private static let twoInSession =
        "exec setsid sh -c 'sh -c \"echo \\$\\$ >&3; exec sleep 60\" & exec sleep 60'"

    /// Lets a process end, and waits until it is a zombie.
    private static func end(_ pid: Int32) {
        kill(pid, SIGKILL)
        #expect(eventually { isZombie(pid) })
    }

    private static func isZombie(_ pid: Int32) -> Bool { DescendantFamily.isZombie(pid) }

    @Test func `An orphan that was seen under its parent is reaped`() async {
        await #expect(processExitsWith: .success) {
            let family = DescendantFamily()
            let reaper = DescendantReaper()
            let child = try family.start(Self.two)
            let orphan = try #require(family.waitUntilReady(1).first)
            #expect(reaper.reapAdopted() == 0)
            Self.end(child.pid)
            #expect(reaper.reapAdopted() == 0)
            Self.end(orphan)
            #expect(reaper.reapAdopted() == 1)
            #expect(!DescendantFamily.exists(orphan))
            #expect(child.wait() == SIGKILL)
        }
    }

    @Test func `An orphan out of a session of its own is known without having been seen`() async {
        await #expect(processExitsWith: .success) {
            let family = DescendantFamily()
            let child = try family.start(Self.twoInSession)
            let orphan = try #require(family.waitUntilReady(1).first)
            Self.end(child.pid)
            Self.end(orphan)
            #expect(DescendantReaper().reapAdopted() == 1)
            #expect(!DescendantFamily.exists(orphan))
            #expect(child.wait() == SIGKILL)
        }
    }

    @Test func `A zombie of unknown origin is left, until the end`() async {
        await #expect(processExitsWith: .success) {
            let family = DescendantFamily()
            let reaper = DescendantReaper()
            let child = try family.start(Self.two)
            let orphan = try #require(family.waitUntilReady(1).first)
            Self.end(child.pid)
            Self.end(orphan)
            #expect(reaper.reapAdopted() == 0)
            #expect(Self.isZombie(orphan))
            #expect(reaper.endAll(until: seconds(10)) == [])
            #expect(Self.isZombie(orphan))
            reaper.reapRest()
            #expect(!DescendantFamily.exists(orphan))
        }
    }

    @Test(arguments: ["", "exec setsid "])
    func `The status of a child is left for who waits for it`(session: String) async {
        await #expect(processExitsWith: .success) { [session] in
            let family = DescendantFamily()
            let reaper = DescendantReaper()
            let child = try family.start("\(session)sh -c 'echo $$ >&3; exit 5'")
            _ = family.waitUntilReady(1)
            #expect(eventually { Self.isZombie(child.pid) })
            #expect(reaper.reapAdopted() == 0)
            #expect(reaper.reapAdopted() == 0)
            #expect(child.wait() == 5 << 8)
        }
    }
}
