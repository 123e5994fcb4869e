/// The course of ending all descendants: whom to send which signal, and how long to wait.
///
/// Each walk through the living ones is one event; the answer says what to do until the next walk.
/// All are asked to end (SIGTERM). At half of the time those that are left are stopped first, walk
/// by walk until none is new, so that none can fork while the others are killed; then they are
/// killed.
package struct DescendantEnding: Sendable {
    /// What to do before the next walk.
    package enum Step: Sendable, Equatable {
        /// Ask these to end, and let them run if they are stopped.
        case terminate([DescendantIdentity])
        /// Stop these.
        case stop([DescendantIdentity])
        /// Kill these.
        case kill([DescendantIdentity])
        /// Wait until one ends, at most until a moment.
        case wait(until: Moment)
        /// Look again at once: a walk may miss a process while others vanish.
        case look
        /// All is done; these could not be ended.
        case finished([DescendantIdentity])
    }

    /// Processes that fork faster than they are stopped get no more walks than these before they are killed.
    private static let maxStoppingWalks = 16

    private var half: Moment
    private var deadline: Moment
    private var terminated: Set<DescendantIdentity> = []
    private var stopped: Set<DescendantIdentity> = []
    private var killed: Set<DescendantIdentity> = []
    private var refused: Set<DescendantIdentity> = []
    private var stoppingWalks = 0
    private var isKilling = false
    private var isQuiet = false

    /// Begins at a moment; from the deadline on nothing is waited for, but all are killed in any case.
    package init(now: Moment, deadline: Moment) {
        self.deadline = deadline
        half = now + (deadline - now) / 2
    }

    /// Waits for nothing any more: the rest are killed at once.
    package mutating func hurry() {
        half = .zero
        deadline = .zero
    }

    /// Notes that the system does not let us signal a process: it runs as another user.
    package mutating func refuse(_ identity: DescendantIdentity) {
        refused.insert(identity)
    }

    /// Takes the living descendants that a walk found.
    package mutating func next(living: [DescendantIdentity], now: Moment) -> Step {
        let ours = living.filter { !refused.contains($0) }
        if ours.isEmpty {
            guard isQuiet || terminated.isEmpty && killed.isEmpty else {
                isQuiet = true
                return .look
            }
            return .finished(living)
        }
        isQuiet = false
        return now < half ? ask(ours) : force(ours, living, now)
    }

    private mutating func ask(_ ours: [DescendantIdentity]) -> Step {
        let new = ours.filter { terminated.insert($0).inserted }
        return new.isEmpty ? .wait(until: half) : .terminate(new)
    }

    private mutating func force(
        _ ours: [DescendantIdentity], _ living: [DescendantIdentity], _ now: Moment
    ) -> Step {
        if !isKilling, stoppingWalks < Self.maxStoppingWalks {
            stoppingWalks += 1
            let new = ours.filter { stopped.insert($0).inserted }
            if !new.isEmpty { return .stop(new) }
        }
        isKilling = true
        let new = ours.filter { killed.insert($0).inserted }
        if !new.isEmpty { return .kill(new) }
        return now < deadline ? .wait(until: deadline) : .finished(living)
    }
}
