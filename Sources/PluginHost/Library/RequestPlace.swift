internal import CWorkerPlugin
internal import Synchronization
internal import WorkerCore
internal import WorkerThreads

/// A place in which a request runs that is no call of the scheduler's: beside calls, or alone.
///
/// It has a slot, so that the request has a handle, and waits until the plugin has finished it.
final class RequestPlace: CallSlotOwner {
    private struct State: ~Copyable {
        var outcome: CallOutcome?
        weak var host: (any CallSlotOwner)?
    }

    let slot: CallSlot
    private let state = Mutex(State())
    private let isFree = Semaphore()

    /// Makes a place of a slot that nothing else has.
    init(_ slot: CallSlot) {
        self.slot = slot
        slot.owner.withLock { $0 = self }
        slot.place = self
    }

    /// Who hears of what goes wrong here.
    func attach(_ host: any CallSlotOwner) { state.withLock { $0.host = host } }

    /// Lets go of its slot, whose plugin has been destroyed.
    func leave() -> CallSlot {
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
        // What a former request left that has ended its thread.
        _ = state.withLock { $0.outcome.take() }
        slot.admit(call)
        slot.arm(call)
        body(slot)
        isFree.wait()
        return state.withLock { $0.outcome.take() }
    }

    /// Takes the outcome, in the client's place.
    func callDidFinish(_ outcome: consuming CallOutcome) {
        var outcome: CallOutcome? = consume outcome
        state.withLock { $0.outcome = outcome.take() }
    }

    // MARK: CallSlotOwner

    func slotIsFree(_ slot: CallSlot) { isFree.signal() }

    // Told by who has asked for it.
    func callIsOver(_ call: Call) {}

    func callReported(_ report: ProgressReport) {}

    var now: Moment { state.withLock { $0.host }?.now ?? .zero }

    // No lines gather here.
    func lookAgain(at slot: CallSlot, in delay: TimeSpan) {}

    func pluginFailed(_ failure: CallFailure, requestID: String) {
        state.withLock { $0.host }?.pluginFailed(failure, requestID: requestID)
    }
}
