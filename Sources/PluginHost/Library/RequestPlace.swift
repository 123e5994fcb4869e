internal import CWorkerPlugin
internal import Synchronization
internal import WorkerCalls
internal import WorkerCore
internal import WorkerThreads

/// A place in which a request runs that is no call of the scheduler's: beside calls, or alone.
///
/// It has a slot, so that the request has a handle, and waits until the plugin has finished it.
final class RequestPlace: CallSlotOwner {
    private struct State: ~Copyable {
        /// What runs, or has ended its thread.
        var call: Call?
        var outcome: CallOutcome?
        /// Until the plugin has been destroyed; a weak reference would make each of the owner's slow.
        var owner: (any CallSlotOwner)?
    }

    let slot: CallSlot
    private let state = Mutex(State())
    private let hasOutcome = Semaphore()
    private let isFree = Semaphore()

    /// Makes a place of a slot that nothing else has.
    init(_ slot: CallSlot) {
        self.slot = slot
        slot.owner.withLock { $0 = self }
        slot.place = self
    }

    /// Who hears of what goes wrong here.
    func attach(_ owner: any CallSlotOwner) { state.withLock { $0.owner = owner } }

    /// Lets go of its slot, whose plugin has been destroyed.
    func leave() -> CallSlot {
        state.withLock { $0.owner = nil }
        slot.place = nil
        return slot
    }

    /// Has a request run, and waits until the plugin has finished it.
    ///
    /// - Parameters:
    ///   - call: the request.
    ///   - body: calls the plugin, and tells the slot what it returned.
    /// - Returns: how it ended.
    func run(_ call: Call, _ body: (CallSlot) -> Void) -> CallOutcome? {
        // A request that has ended its thread may have left one.
        if takeOutcome() != nil { hasOutcome.wait() }
        state.withLock { $0.call = call }
        slot.admit(call)
        slot.arm(call)
        body(slot)
        // One may come before the other, where another thread finishes it.
        hasOutcome.wait()
        isFree.wait()
        return takeOutcome()
    }

    private func takeOutcome() -> CallOutcome? {
        state.withLock { state in
            state.call = nil
            return state.outcome.take()
        }
    }

    /// Takes the outcome, in the client's place.
    func callDidFinish(_ call: Call, _ outcome: consuming CallOutcome) {
        var outcome: CallOutcome? = consume outcome
        let isTaken = state.withLock { state in
            guard state.call === call, state.outcome == nil else { return false }
            state.outcome = outcome.take()
            return true
        }
        if isTaken { hasOutcome.signal() }
    }

    // MARK: CallSlotOwner

    func slotIsFree(_ slot: CallSlot) { isFree.signal() }

    // Told by who has asked for it.
    func callIsOver(_ call: Call) {}

    func callReported(_ report: ProgressReport) {}

    var now: Moment { state.withLock { $0.owner }?.now ?? .zero }

    // No lines gather here.
    func collectLater(from slot: CallSlot, in delay: TimeSpan) {}

    func pluginFailed(_ failure: CallFailure, requestID: String) {
        state.withLock { $0.owner }?.pluginFailed(failure, requestID: requestID)
    }
}
