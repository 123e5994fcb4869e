import CLinux
import Glibc
import Synchronization
package import WorkerCore

/// The one who sees to it that no process that a plugin started outlives the worker.
///
/// Wants `ChildSubreaper.enable()` before anything is spawned: then every descendant, however it
/// detached itself, stays below the worker. What may be signalled and reaped is
/// `DescendantLedger`'s decision. Thread-safe. Without /proc only `killRest` finds any, see `isBlind`.
package final class DescendantReaper: Sendable {
    private let descendants: Descendants
    private let ledger: Mutex<DescendantLedger>
    private let isHurried = Atomic<Bool>(false)

    /// Makes a reaper for the descendants of this process.
    package convenience init() {
        self.init(byLists: ProcessWalk.listsChildren)
    }

    /// A reaper that does without what some kernels lack, for tests.
    init(byLists: Bool, usesDescriptors: Bool = true) {
        descendants = Descendants(
            root: getpid(), byLists: byLists, usesDescriptors: usesDescriptors)
        ledger = Mutex(DescendantLedger(root: descendants.root))
    }

    /// Whether /proc is missing, which names the descendants; some sandboxes mount none.
    package var isBlind: Bool { !ProcFile.isMounted }

    /// Reaps the zombies that came to the worker when their own parents ended; returns how many.
    ///
    /// Call it from time to time, on any thread; without children it costs one system call. Each
    /// call also notes who is under whom: an orphan whose parent ended between two calls, and
    /// which no session tells from a child that plugin code may wait for, is left as a zombie until
    /// the worker ends. A status that plugin code may wait for is never taken.
    @discardableResult
    package func reapAdopted() -> Int {
        guard clinux_has_children() else { return 0 }
        return ledger.withLockIfAvailable {
            descendants.reapAdopted(among: descendants.look(&$0), $0)
        } ?? 0
    }

    /// Ends all descendants, and returns the numbers of those that could not be ended.
    ///
    /// SIGTERM (and SIGCONT) to all; at half of the time SIGKILL to those that are left. Returns as
    /// soon as none runs; where there never was one, at once. The deadline is a moment;
    /// one that has passed means SIGKILL without waiting. Those that remain run as
    /// another user, hang in the kernel, or had no time left to end. Children of plugin code stay
    /// as zombies, for the code that waits for them; see `reapRest`.
    package func endAll(until deadline: Moment) -> [Int32] {
        guard clinux_has_children() else { return [] }
        return ledger.withLock { ledger in
            var hunt = DescendantHunt(
                descendants: descendants, deadline: deadline,
                isHurried: { self.isHurried.load(ordering: .relaxed) })
            return hunt.run(&ledger)
        }
    }

    /// Has `endAll`, on whichever thread, kill at once what is left, and wait for nothing any more.
    package func hurry() { isHurried.store(true, ordering: .relaxed) }

    /// Reaps every child that has ended, also those that plugin code could still wait for.
    ///
    /// Call it last, when no plugin code waits any more: it spares the worker's own parent the zombies.
    /// The corresponding C function is `waitpid`.
    package func reapRest() {
        _ = clinux_reap_all()
    }

    /// Kills what is left right before the process exits, in 200 ms at most.
    ///
    /// First what /proc shows; then, for a plugin may have used up the descriptors that reading it takes,
    /// or changed the root, every child that the kernel knows of.
    package func killRest() {
        _ = endAll(until: .zero)
        clinux_kill_all(200)
    }
}
