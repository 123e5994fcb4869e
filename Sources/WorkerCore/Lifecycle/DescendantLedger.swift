/// What is known of the processes under the worker, and hence which may be signalled and which reaped.
///
/// A process that ends leaves an exit status for its creator. One that the worker's own code
/// (a plugin's, that is) created may be waited for by it, so its status is never taken. One that a
/// descendant created and that came to the worker, its subreaper, when that descendant ended is
/// waited for by none. Which of the two a child of the worker is, the system does not say; it is
/// taken for adopted only where that is proven:
/// - it was once seen under another parent; or
/// - its session is neither its own nor the worker's. Sessions are inherited, so a descendant
///   that made one of its own (as daemons do) created it.
///
/// A zombie of unknown origin is left as it is: at worst it keeps a number until the worker ends.
package struct DescendantLedger: Sendable {
    private let root: Int32
    /// The sessions that the root was seen in.
    private var rootSessions: Set<Int32> = []
    /// When the processes of the latest walk started, by their numbers.
    private var known: [Int32: UInt64] = [:]
    /// Those among them that another process than the root created.
    private var foreign: Set<DescendantIdentity> = []

    /// A ledger of the processes under `root`.
    package init(root: Int32) {
        self.root = root
    }

    /// Takes what a walk through all descendants of the root found; what it did not find is forgotten.
    package mutating func observe(_ walk: [DescendantSighting], rootSession: Int32) {
        rootSessions.insert(rootSession)
        known.removeAll(keepingCapacity: true)
        var stillForeign: Set<DescendantIdentity> = []
        for sighting in walk where sighting.identity.pid != root {
            known[sighting.identity.pid] = sighting.identity.start
            if foreign.contains(sighting.identity) || isProvenForeign(sighting) {
                stillForeign.insert(sighting.identity)
            }
        }
        foreign = stillForeign
    }

    private func isProvenForeign(_ sighting: DescendantSighting) -> Bool {
        if sighting.parent != root { return true }
        return sighting.session > 0 && sighting.session != sighting.identity.pid
            && !rootSessions.contains(sighting.session)
    }

    /// Whether a process, looked at once more, is still the one that the latest walk found.
    ///
    /// A number may have gone to another process since: the start tells, and where both started
    /// within one tick, the parent, which is the root or a descendant.
    package func maySignal(_ sighting: DescendantSighting) -> Bool {
        sighting.identity.pid > 1 && sighting.identity.pid != root && !sighting.isGone
            && isKnown(sighting.identity)
            && (sighting.parent == root || known[sighting.parent] != nil)
    }

    /// Whether the exit status of a process can be taken, since no thread of the plugin's waits for it.
    package func mayReap(_ sighting: DescendantSighting) -> Bool {
        sighting.isGone && sighting.parent == root && isKnown(sighting.identity)
            && foreign.contains(sighting.identity)
    }

    private func isKnown(_ identity: DescendantIdentity) -> Bool {
        known[identity.pid] == identity.start
    }
}

/// A process as it was seen at one moment.
package struct DescendantSighting: Sendable, Equatable {
    package let identity: DescendantIdentity
    /// The number of its parent at that moment.
    package let parent: Int32
    /// The session that it was in; inherited from its creator, or its own number.
    package let session: Int32
    /// Whether nothing of it runs any more: a zombie, which only waits to be reaped.
    package let isGone: Bool

    package init(
        identity: DescendantIdentity, parent: Int32, session: Int32, isGone: Bool = false
    ) {
        self.identity = identity
        self.parent = parent
        self.session = session
        self.isGone = isGone
    }
}

/// What tells a process from all others, also from a later one with the same number.
package struct DescendantIdentity: Hashable, Sendable {
    package let pid: Int32
    /// When it started, in ticks since the machine did.
    package let start: UInt64

    package init(pid: Int32, start: UInt64) {
        self.pid = pid
        self.start = start
    }
}
