internal import Synchronization
internal import WorkerCalls
internal import WorkerCore
internal import WorkerThreads

/// Telling of calls that were cancelled and do not end, when they become so.
extension LoadedPlugin {
    /// How long a cancelled call may take to end before the worker counts as wedged: 5 seconds.
    static let wedgedAfter = TimeSpan.seconds(5)

    /// Sees to it that a call which has just been cancelled is told of if it does not end.
    ///
    /// One timer for all: clients may come and go by thousands.
    func watchForWedged(cancelledAt moment: Moment) {
        guard !isWatched.exchange(true, ordering: .sequentiallyConsistent) else { return }
        timers.schedule(at: moment + Self.wedgedAfter) { [self] in lookForWedged() }
    }

    private func lookForWedged() {
        // Before the look: what is cancelled after it starts a watch of its own.
        isWatched.store(false, ordering: .sequentiallyConsistent)
        let now = clock()
        var next: Moment?
        for slot in slots {
            let found = slot.noteWedged(now - Self.wedgedAfter)
            if let call = found.call {
                events.pluginMisbehaved(
                    "it was cancelled and has not ended for \(Self.wedgedAfter.seconds) s: "
                        + "the plugin is wedged", requestID: call.requestID)
            }
            next = [next, found.nextCancelledAt].compactMap { $0 }.min()
        }
        if let next { watchForWedged(cancelledAt: next) }
    }
}
