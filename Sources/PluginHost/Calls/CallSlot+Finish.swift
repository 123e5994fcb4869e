internal import CWorkerPlugin
internal import Synchronization
internal import WorkerCalls
internal import WorkerCore
internal import WorkerJSON

/// How the plugin ends the call in a slot. Any thread.
extension CallSlot {
    /// Answers the client of the running call in the plugin's place, which still has to finish it.
    func abandon(_ failure: CallFailure, where isMeant: (Call) -> Bool = { _ in true }) {
        var abandoned: Call?
        var lines = ByteBuffer()
        work.withLock { work in
            guard isBusy, !work.isBroken, let call = work.call, isMeant(call) else { return }
            work.isBroken = true
            work.isAbandoned = true
            abandoned = work.call
            swap(&lines, &work.lines)
        }
        if let call = abandoned { fail(call, consume lines, failure) }
    }

    /// Ends the call with an answer of the plugin's own, or fails it with what is wrong with that.
    func answer(
        _ handle: uw_call_id, _ own: Result<OwnAnswer, CallFailure>, _ body: UnsafeRawBufferPointer
    ) -> uw_status {
        let isForThis = work.withLock { work in
            live.load(ordering: .relaxed) != handle
                || work.call?.kind != .stream && work.hook == nil
        }
        guard isForThis else { return uw_status(UW_WRONG_CALL) }
        switch own {
        case .success(let own): return unsafe finish(handle, uw_status(UW_OK), body, own)
        case .failure(let refusal):
            return unsafe finish(handle, uw_status(UW_OK), nil, refusal: refusal)
        }
    }

    /// The plugin does not have the hook that the call is; on its executor.
    func lacksHook() {
        let handle = live.load(ordering: .acquiring)
        if handle != 0 { _ = unsafe finish(handle, uw_status(UW_UNSUPPORTED), nil) }
    }

    /// Ends the call, on behalf of the plugin; with a head if the text is an answer of its own.
    ///
    /// With a refusal the call fails, whatever else there is.
    func finish(
        _ handle: uw_call_id, _ status: uw_status, _ text: UnsafeRawBufferPointer?,
        _ own: OwnAnswer? = nil, refusal: CallFailure? = nil
    ) -> uw_status {
        var action = CallPhase.FinishAction.refuse
        var lines = ByteBuffer()
        var spare = ByteBuffer()
        var ended: EndedCall?
        work.withLock { work in
            guard live.load(ordering: .relaxed) == handle else { return }
            action = work.phase.finished()
            if action != .refuse { ended = takeOut(&work, &lines, &spare) }
        }
        guard let ended else { return uw_status(UW_STALE) }
        letGo(of: ended.call)
        var answer = uw_status(UW_OK)
        if !ended.wasBroken {
            answer = unsafe deliver(ended, status, text, own, refusal, consume lines)
        }
        if action == .deliverAndRelease { owner.withLock { $0 }?.slotIsFree(self) }
        return answer
    }

    /// Builds the outcome, outside of every lock, and hands it over.
    private func deliver(
        _ ended: EndedCall, _ status: uw_status, _ text: UnsafeRawBufferPointer?, _ own: OwnAnswer?,
        _ refusal: CallFailure?, _ lines: consuming ByteBuffer
    ) -> uw_status {
        let (call, cancellation) = (ended.call, ended.cancellation)
        // The last line of a stream is the plugin's also where it was stopped: its hosts know no other.
        if let cancellation, own == nil || call.kind != .stream {
            fail(call, consume lines, ended.hook?.failure(by: cancellation) ?? cancellation)
            return uw_status(UW_OK)
        }
        if let wording = ended.hook?.wording(of: status) {
            finish(call, .worded(wording))
            return uw_status(UW_OK)
        }
        if let refusal {
            report(refusal, call)
            fail(call, consume lines, refusal)
            return uw_status(UW_INVALID_DATA)
        }
        guard status == UW_OK else {
            let text = unsafe text.flatMap { unsafe $0.isEmpty ? nil : repairedString($0) }
            let failure = failure(of: status, text: text, in: call.kind.name)
            report(failure, call)
            fail(call, consume lines, failure)
            return uw_status(UW_OK)
        }
        if call.kind == .stream, unsafe text?.isEmpty ?? false {
            finish(call, .streamEnd(lines, nil))
            return uw_status(UW_OK)
        }
        if let own, call.kind != .stream, unsafe !own.isJSON || text?.isEmpty ?? true {
            if let text = unsafe text, unsafe !lines.append(text) {
                fail(call, consume lines, .noMemoryForAnswer)
            } else {
                finish(call, .answer(own, lines))
            }
            return uw_status(UW_OK)
        }
        guard let text = unsafe text, unsafe !text.isEmpty else {
            let failure = CallFailure.misbehaviour("the plugin returned NULL instead of JSON")
            report(failure, call)
            fail(call, consume lines, failure)
            return uw_status(UW_INVALID_DATA)
        }
        do throws(JSONAppendError) {
            // A last line of its own comes from Python only.
            let style: JSONStyle =
                call.kind != .stream ? .value : own == nil ? .line : .pythonLine
            _ = try unsafe lines.appendJSON(text, as: style)
        } catch {
            let failure = CallFailure.refusedJSON("the plugin's result is not JSON", error)
            report(failure, call)
            fail(call, consume lines, failure)
            return uw_status(UW_INVALID_DATA)
        }
        if let own {
            finish(
                call,
                call.kind == .stream
                    ? .streamAnswer(lines, cancellation ?? own.failure) : .answer(own, lines))
            return uw_status(UW_OK)
        }
        finish(call, call.kind == .stream ? .streamEnd(lines, nil) : .value(lines))
        return uw_status(UW_OK)
    }

    /// Hands over an outcome: to who waits for the call, or for the request in this place.
    private func finish(_ call: Call, _ outcome: consuming CallOutcome) {
        if let place {
            place.callDidFinish(call, outcome)
        } else {
            call.client.callDidFinish(outcome)
        }
    }

    private func fail(_ call: Call, _ lines: consuming ByteBuffer, _ failure: CallFailure) {
        finish(
            call, call.kind == .stream ? .streamEnd(lines, failure) : .failure(failure))
    }

    /// The plugin's execute has returned; only on the executor that called it.
    func returned(_ status: CallPhase.Return) {
        var action = CallPhase.ReturnAction.wait
        var lines = ByteBuffer()
        var spare = ByteBuffer()
        var ended: EndedCall?
        work.withLock { work in
            action = work.phase.returned(status)
            if case .finish = action { ended = takeOut(&work, &lines, &spare) }
        }
        if case .finish(let failure) = action, let ended {
            letGo(of: ended.call)
            if status == .done {
                HostTable.note(.notFinished, in: ended.call.kind.name, failure.detail)
            }
            report(failure, ended.call, isHeard: !ended.wasBroken && ended.cancellation == nil)
            if !ended.wasBroken {
                fail(ended.call, consume lines, ended.cancellation ?? failure)
            }
        }
        if action != .wait { owner.withLock { $0 }?.slotIsFree(self) }
    }

    /// What is left of a call whose handle is stale from now on.
    private struct EndedCall {
        let call: Call
        let wasBroken: Bool
        let cancellation: CallFailure?
        let hook: LifecycleHook?
    }

    /// Takes the call out of the slot, with the lines that its stream has not taken yet and a buffer
    /// to be freed.
    ///
    /// Under the lock of `work`: once that is released the slot may be given to another call.
    private func takeOut(
        _ work: inout Work, _ lines: inout ByteBuffer, _ spare: inout ByteBuffer
    ) -> EndedCall? {
        guard let call = work.call else { return nil }
        live.store(0, ordering: .releasing)
        swap(&lines, &work.lines)
        swap(&spare, &work.spare)
        work.call = nil
        work.pace.begin()
        return EndedCall(
            call: call, wasBroken: work.isBroken, cancellation: endControl(), hook: work.hook)
    }

    /// Gives back what a call holds that is over; tells the owner if it has a deadline.
    private func letGo(of call: Call) {
        call.bodyIsDone()
        if call.deadline != nil { owner.withLock { $0 }?.callIsOver(call) }
    }

    /// Tells the owner of a plugin that is broken for good, or of a mistake that no client hears of.
    func report(_ failure: CallFailure, _ call: Call, isHeard: Bool = true) {
        guard failure.reason == .fatal || (failure.reason == .misbehaviour && !isHeard) else {
            return
        }
        owner.withLock { $0 }?.pluginFailed(failure, requestID: call.requestID)
    }
}

extension CallFailure {
    /// A failure that is the plugin's fault.
    static func misbehaviour(_ detail: String) -> Self { Self(.misbehaviour, detail) }

    /// An answer of the plugin's own cannot be kept until it is sent.
    static var noMemoryForAnswer: Self {
        Self(.outOfMemory, "there is no memory for what the plugin answered")
    }

    /// A failure because of what a plugin handed in as JSON.
    static func refusedJSON(_ what: String, _ error: JSONAppendError) -> Self {
        switch error {
        case .invalid(let problem): Self(.misbehaviour, "\(what): \(problem)")
        case .outOfMemory: Self(.outOfMemory, "there is no memory for what the plugin returned")
        }
    }
}
