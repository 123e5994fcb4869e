import Glibc
import WorkerCore
import WorkerThreads

/// One run of ending all descendants: does what `DescendantEnding` decides.
struct DescendantHunt {
    /// How often a process is looked for whose end raises no event.
    private static let unwatchedInterval = TimeSpan.milliseconds(5)
    /// The shortest time between two walks; more where a walk takes long.
    private static let shortestPause = TimeSpan.milliseconds(1)

    /// How often it is asked whether there is to be no more waiting.
    private static let hurryInterval = TimeSpan.milliseconds(10)

    private let descendants: Descendants
    private let isHurried: () -> Bool
    private var ending: DescendantEnding
    private var handles: [DescendantIdentity: ProcessHandle] = [:]

    init(descendants: Descendants, deadline: Moment, isHurried: @escaping () -> Bool) {
        self.descendants = descendants
        self.isHurried = isHurried
        ending = DescendantEnding(now: Moment.now(), deadline: deadline)
    }

    /// Ends them, and returns the numbers of those that could not be ended.
    mutating func run(_ ledger: inout DescendantLedger) -> [Int32] {
        while true {
            let walkStart = Moment.now()
            let sightings = descendants.look(&ledger)
            _ = descendants.reapAdopted(among: sightings, ledger)
            let living = sightings.filter { !$0.isGone }.map(\.identity)
            forget(allBut: living)
            let now = Moment.now()
            if isHurried() { ending.hurry() }
            switch ending.next(living: living, now: now) {
            case .terminate(let some):
                send(SIGTERM, to: some, ledger)
                send(SIGCONT, to: some, ledger)
            case .stop(let some): send(SIGSTOP, to: some, ledger)
            case .kill(let some): send(SIGKILL, to: some, ledger)
            case .look: break
            case .wait(let moment):
                let pause = max(Self.shortestPause, (now - walkStart) * 4)
                wait(for: living, until: moment, pause: pause)
            case .finished(let rest): return rest.map(\.pid)
            }
        }
    }

    private mutating func forget(allBut living: [DescendantIdentity]) {
        guard !handles.isEmpty else { return }
        let living = Set(living)
        handles = handles.filter { living.contains($0.key) }
    }

    private mutating func send(
        _ signal: Int32, to identities: [DescendantIdentity], _ ledger: DescendantLedger
    ) {
        for identity in identities {
            guard let handle = hold(identity, ledger) else { continue }
            let outcome = handle.send(signal) { isSame(identity, ledger) }
            if outcome == .refused { ending.refuse(identity) }
        }
    }

    /// Holds on to a process, checked after it is held; nil where it is another one by now.
    private mutating func hold(
        _ identity: DescendantIdentity, _ ledger: DescendantLedger
    ) -> ProcessHandle? {
        if let handle = handles[identity] { return handle }
        let handle = descendants.handle(identity)
        guard isSame(identity, ledger) else { return nil }
        handles[identity] = handle
        return handle
    }

    private func isSame(_ identity: DescendantIdentity, _ ledger: DescendantLedger) -> Bool {
        guard let now = descendants.look(at: identity.pid) else { return false }
        return now.identity == identity && ledger.maySignal(now)
    }

    /// Waits until one of some processes has ended, and then a pause long for others to follow.
    private func wait(for living: [DescendantIdentity], until moment: Moment, pause: TimeSpan) {
        var descriptors = living.compactMap { handles[$0]?.descriptor }.filter { $0 >= 0 }
        let isWatched = descriptors.count == living.count
        var end = isWatched ? moment : min(moment, Moment.now() + Self.unwatchedInterval)
        var hasEvent = false
        while true {
            let ended = Poll.readable(
                descriptors, until: min(end, Moment.now() + Self.hurryInterval))
            if ended.contains(true) {
                descriptors = zip(descriptors, ended).filter { !$1 }.map(\.0)
                if !hasEvent { end = min(moment, Moment.now() + pause) }
                hasEvent = true
                if descriptors.isEmpty { return }
            }
            if isHurried() || Moment.now() >= end { return }
        }
    }
}
