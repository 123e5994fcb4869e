internal import Synchronization
internal import WorkerCalls
package import WorkerCore

/// The end of a plugin; called in this order, by one thread.
extension LoadedPlugin {
    /// Has a closure called, once, when no call runs or waits.
    ///
    /// The plugin has been closed before.
    package func whenIdle(_ body: @escaping @Sendable () -> Void) {
        let isIdleNow = state.withLock { state in
            if !state.isIdle { state.whenIdle = body }
            return state.isIdle
        }
        if isIdleNow { body() }
    }

    /// Has the handles of requests that run beside calls or alone say that they are to stop.
    ///
    /// POST /cancel does not mean them; the end of the worker does.
    package func cancelRequests(_ failure: CallFailure) {
        instance.giveUp(failure, at: clock()) { _ in true }
    }

    /// Answers the clients of calls that will not end, in the plugin's place.
    ///
    /// The calls go on; what they still emit and how they finish is ignored.
    package func abandonCalls(_ failure: CallFailure) {
        for slot in slots { slot.abandon(failure) }
        instance.giveUp(failure, at: clock()) { _ in true }
        abandonBeside(failure)
        abandonAlone(failure)
    }

    /// Answers the client of what runs alone, in the plugin's place.
    func abandonAlone(
        _ failure: CallFailure, where isMeant: @Sendable (Call) -> Bool = { _ in true }
    ) {
        let call = state.withLock { state in
            guard let call = state.alone, isMeant(call) else { return nil as Call? }
            return exchange(&state.alone, nil)
        }
        call?.client.callDidFinish(.failure(failure))
    }

    /// Runs cleanup beside calls that do not end, where the plugin takes several at once; no destroy.
    ///
    /// - Parameter done: is called when it has returned, or at once where it is not run; on any thread.
    package func cleanUpBesideCalls(_ done: @escaping @Sendable () -> Void) {
        let isNeeded = state.withLock { $0.needsCleanup && $0.alone?.kind != .cleanup }
        let isStarted =
            isNeeded
            && spawn("uw-cleanup") { [self] in
                if let failure = instance.cleanUpBesideCalls() {
                    events.pluginMisbehaved(
                        "cleanup at the end failed: \(failure.detail)", requestID: nil)
                }
                done()
            }
        if !isStarted { done() }
    }

    /// Runs cleanup, unless one has gone well with nothing after it, and destroy.
    ///
    /// - Parameter done: is called when both have returned, on the executor. The plugin is gone
    ///   then, and takes no more calls.
    package func end(_ done: @escaping @Sendable () -> Void) {
        let needsCleanup = state.withLock { $0.needsCleanup }
        _ = submit(
            .end(
                Job.Ending(needsCleanup: needsCleanup) {
                    SlotRegistry.giveBack(self.slots)
                    done()
                }), isOwn: true)
    }
}
