internal import CWorkerPlugin
internal import Synchronization
package import WorkerCalls
package import WorkerCore
internal import WorkerThreads

/// Cancelling; none of it waits for plugin code, whose cancel runs on a thread of its own.
extension LoadedPlugin {
    /// Cancels every execute and stream that runs or waits.
    ///
    /// What waits ends at once. What runs is marked, and the plugin's cancel is called.
    ///
    /// - Parameters:
    ///   - failure: what the clients of the cancelled calls are told.
    ///   - completion: gets the answer when the plugin's cancel has returned, on whichever thread.
    package func cancelAll(
        _ failure: CallFailure, completion: @escaping @Sendable (CancelAnswer) -> Void
    ) {
        _ = withdraw(failure) { $0.kind.place == .shared }
        guard instance.isCancellable else {
            return askUnsure([uw_call_id(UW_NO_CALL)], completion)
        }
        let running = mark(failure)
        guard instance.hasCancel else { return completion(.cancelled) }
        let isOne = running.isEmpty || instance.cancelsAllAsOne
        askPlugin(isOne ? [uw_call_id(UW_NO_CALL)] : running, completion)
    }

    /// Cancels the calls of an id; see `cancelAll`.
    ///
    /// - Returns: false where no call of this id runs or waits: the completion is not called then.
    package func cancel(
        id: String, _ failure: CallFailure,
        completion: @escaping @Sendable (CancelAnswer) -> Void
    ) -> Bool {
        let isMeant: @Sendable (Call) -> Bool = { $0.requestID == id && $0.kind.place == .shared }
        let wasWaiting = withdraw(failure, where: isMeant)
        guard slots.contains(where: { $0.occupant.map { isMeant($0.call) } ?? false }) else {
            if wasWaiting { completion(.cancelled) }
            return wasWaiting
        }
        guard instance.isCancellable else {
            askUnsure(handles(where: isMeant), completion)
            return true
        }
        let running = mark(failure, where: isMeant)
        guard !running.isEmpty else {
            // It has ended in this moment.
            if wasWaiting { completion(.cancelled) }
            return wasWaiting
        }
        guard instance.hasCancel else {
            completion(.cancelled)
            return true
        }
        askPlugin(running, completion)
        return true
    }

    /// Cancels the call of a client, if it still runs or waits.
    package func cancel(_ client: any CallClient, _ failure: CallFailure) {
        stop(failure) { $0.client === client }
        instance.giveUp(failure, at: clock()) { $0.client === client }
        abandonBeside(failure) { $0.client === client }
    }

    /// Gives a call up at a moment: its client is answered then, whatever the plugin does.
    func enforce(_ deadline: Moment, of call: Call) {
        // The timer, and with it its hold on the plugin, is let go with the call.
        let timer = timers.schedule(at: deadline) { [self] in
            if case .endpoint = call.kind, call.kind.place != .shared {
                instance.giveUp(.deadlinePassed, at: clock()) { $0 === call }
                abandonBeside(.deadlinePassed) { $0 === call }
                abandonAlone(.deadlinePassed) { $0 === call }
            }
            stop(.deadlinePassed) { $0 === call }
            for slot in slots { slot.abandon(.deadlinePassed) { $0 === call } }
        }
        if !call.keep(timer) { timers.cancel(timer) }
    }

    /// Lets go of the timer of a call that is over, which otherwise would keep it.
    func callIsOver(_ call: Call) {
        call.bodyIsDone()
        guard call.deadline != nil, let timer = call.takeTimer() else { return }
        timers.cancel(timer)
    }

    /// Answers calls that waited, in the plugin's place.
    func end(_ withdrawn: [Job], with failure: CallFailure) {
        for case .call(let call) in withdrawn {
            callIsOver(call)
            call.end(with: failure)
        }
    }

    private func stop(_ failure: CallFailure, where isMeant: @Sendable (Call) -> Bool) {
        guard !withdraw(failure, where: isMeant) else { return }
        let running =
            instance.isCancellable ? mark(failure, where: isMeant) : handles(where: isMeant)
        // Where too many requests wait the plugin still sees that the call is cancelled.
        if !running.isEmpty, instance.hasCancel { _ = desk.request(running) { _ in } }
    }

    /// Marks running calls as cancelled, and sees to it that one that never ends is noticed.
    ///
    /// - Returns: their handles.
    private func mark(
        _ failure: CallFailure, where isMeant: @Sendable (Call) -> Bool = { _ in true }
    ) -> [uw_call_id] {
        let now = clock()
        let running = slots.compactMap { $0.cancel(failure, at: now, where: isMeant) }
        if !running.isEmpty { watchForWedged(cancelledAt: now) }
        if !running.isEmpty, let limit = wedgedLimit {
            timers.schedule(at: now + limit) { [self] in
                guard let detail = wedgedCall(for: limit) else { return }
                endWedged(detail)
            }
        }
        return running
    }

    private func handles(where isMeant: (Call) -> Bool) -> [uw_call_id] {
        slots.compactMap { slot in
            slot.occupant.flatMap { isMeant($0.call) ? $0.handle : nil }
        }
    }

    /// Has a plugin asked that could not stop calls when it was made: they are not marked, as it may still
    /// not be able to.
    private func askUnsure(
        _ calls: [uw_call_id], _ completion: @escaping @Sendable (CancelAnswer) -> Void
    ) {
        guard instance.hasCancel else { return completion(.notSupported) }
        askPlugin(calls, completion)
    }

    /// Has the plugin asked to stop calls that have been marked.
    ///
    /// The completion is called once: with the plugin's answer, or after a second without it. The
    /// calls are cancelled as far as the worker goes by then, and hosts wait two seconds.
    private func askPlugin(
        _ calls: [uw_call_id], _ completion: @escaping @Sendable (CancelAnswer) -> Void
    ) {
        let once = Once(completion)
        guard desk.request(calls, completion: { once.call($0) }) else {
            return completion(
                .failed(
                    "the plugin's cancel does not return, and has not been asked for this; "
                        + "the calls are marked as cancelled"))
        }
        timers.schedule(at: clock() + .seconds(1)) { once.call(.cancelled) }
    }

    /// Ends calls that wait.
    ///
    /// - Returns: whether there were any.
    private func withdraw(_ failure: CallFailure, where isMeant: @Sendable (Call) -> Bool) -> Bool {
        let withdrawn = state.withLock { state in
            state.scheduler.withdraw {
                if case .call(let call) = $0 { isMeant(call) } else { false }
            }
        }
        end(withdrawn, with: failure)
        return !withdrawn.isEmpty
    }
}

extension CallFailure {
    /// The call has not started, as too much is held for others.
    static var noRoom: Self {
        Self(.unavailable, "What is held for other calls leaves no room (--max-buffered)")
    }

    /// The call was given up, as its client or the worker does not wait any longer.
    static var deadlinePassed: Self { Self(.deadline, "The call's deadline has passed") }
}

/// A completion of which the first call counts.
private final class Once: Sendable {
    private let completion: Mutex<(@Sendable (CancelAnswer) -> Void)?>

    init(_ completion: @escaping @Sendable (CancelAnswer) -> Void) {
        self.completion = Mutex(completion)
    }

    func call(_ answer: CancelAnswer) { completion.withLock { exchange(&$0, nil) }?(answer) }
}
