import CLinux
import WorkerCore

/// The descendants of a process as /proc shows them, and how they are held on to.
struct Descendants {
    let root: Int32
    let byLists: Bool
    let usesDescriptors: Bool

    /// Walks through all of them, and writes it down in a ledger.
    func look(_ ledger: inout DescendantLedger) -> [DescendantSighting] {
        let walk = ProcessWalk(root: root, byLists: byLists)
        guard let own = walk.entries.first else { return [] }
        let sightings = walk.entries.dropFirst().map { Self.sighting($0.pid, $0.status) }
        ledger.observe(sightings, rootSession: own.status.session)
        return sightings
    }

    /// Looks at one process; nil where none has its number.
    func look(at pid: Int32) -> DescendantSighting? {
        var file = ProcFile()
        return file.status(of: pid).map { Self.sighting(pid, $0) }
    }

    /// Holds on to a process.
    func handle(_ identity: DescendantIdentity) -> ProcessHandle {
        ProcessHandle(identity, usesDescriptor: usesDescriptors)
    }

    /// Reaps the zombies among some processes that no code waits for; returns how many.
    func reapAdopted(among sightings: [DescendantSighting], _ ledger: DescendantLedger) -> Int {
        var count = 0
        for sighting in sightings where ledger.mayReap(sighting) {
            // Once it is held, its number cannot change hands between the look and the reaping.
            let handle = handle(sighting.identity)
            if let now = look(at: sighting.identity.pid), ledger.mayReap(now), handle.reap() {
                count += 1
            }
        }
        return count
    }

    private static func sighting(_ pid: Int32, _ status: ProcessStatus) -> DescendantSighting {
        DescendantSighting(
            identity: DescendantIdentity(pid: pid, start: status.start), parent: status.parent,
            session: status.session, isGone: status.isGone)
    }
}

/// What makes orphaned descendants children of the worker instead of init's.
package enum ChildSubreaper {
    /// Takes the descendants in whose parents end from now on; false where the system refuses.
    ///
    /// Call it at the start, before anything can be spawned. Children do not inherit it. The
    /// corresponding C function is `prctl` with PR_SET_CHILD_SUBREAPER.
    @discardableResult
    package static func enable() -> Bool {
        clinux_become_subreaper()
    }
}
