internal import CWorkerPlugin
internal import Synchronization
internal import WorkerCalls
internal import WorkerCore
internal import WorkerThreads

/// How calls are stopped, and the process.
extension ProcessInstance {
    func cancel(_ call: uw_call_id) -> CancelAnswer {
        let (life, absence) = state.withLock { ($0.life, $0.absence) }
        // A runner that has not made its plugin yet has nothing to stop, and dies of the hint.
        guard absence == nil else { return .cancelled }
        if call == UW_NO_CALL { return cancelAll(of: life) }
        guard let (lane, number) = life.lanes.find(call) else { return .cancelled }
        guard canCancel || !canForce else {
            return answer(stop(life, lane: lane.number, call: number, flags: FrameFlag.force))
        }
        let isEnding = state.withLock { $0.isEnding }
        if canForce {
            force(call, of: life, after: isEnding ? lastGrace : plan.cancelGrace)
        }
        let told = stop(life, lane: lane.number, call: number, flags: 0)
        // The plugin has lost its cancel, or it would stop other calls as well.
        if let told, told.flags & FrameFlag.cannotStop != 0 {
            return isCancellable ? .cancelled : .notSupported
        }
        return answer(told)
    }

    /// Has the plugin stop all that runs, whichever calls these are; the runner looks whether it can.
    private func cancelAll(of life: Incarnation) -> CancelAnswer {
        // Where several run at once only the main thread's can be forced; at the end that one is.
        let main = life.lanes.all[0].handle
        if main != UW_NO_CALL, state.withLock({ $0.isEnding }) {
            force(main, of: life, after: lastGrace)
        }
        let told = stop(life, lane: 0, call: 0, flags: 0)
        if let told, told.flags & FrameFlag.cannotStop != 0 { return .notSupported }
        // Only here does the runner say nothing else: a stop may be faster than its call.
        if told != nil, life.bridge.end == nil {
            mayCancel.store(true, ordering: .relaxed)
        }
        return answer(told)
    }

    /// Stops a call that was cancelled before it had a lane, perhaps before the runner has read it; does not wait.
    func stopUnheard(_ call: uw_call_id, _ number: UInt64, on lane: Lane, of life: Incarnation) {
        if canCancel, canForce { force(call, of: life, after: plan.cancelGrace) }
        life.process.tell(
            .stop, flags: canCancel || !canForce ? 0 : FrameFlag.force, lane: lane.number,
            call: number)
    }

    private func answer(_ told: RunnerBridge.StopAnswer?) -> CancelAnswer {
        guard let told, told.flags & FrameFlag.cancelFailed != 0 else { return .cancelled }
        return .failed(CallFailure.bounded(told.text))
    }

    /// Sends a stop, and waits for a second at most for what it has achieved.
    private func stop(
        _ life: Incarnation, lane: Int, call: UInt64, flags: UInt8
    ) -> RunnerBridge.StopAnswer? {
        let answer = life.bridge.expectAnswer(lane: lane, call: call)
        life.process.tell(.stop, flags: flags, lane: lane, call: call)
        life.process.hintAtStop()
        return answer.take(until: environment.clock() + .seconds(1))
    }

    /// Half of the time that cancelled calls have at the end of the worker, with the usual grace.
    private var lastGrace: TimeSpan { min(plan.cancelGrace, .milliseconds(90)) }

    /// Ends a call by force if it still runs after the grace.
    private func force(_ call: uw_call_id, of life: Incarnation, after grace: TimeSpan) {
        environment.timers.schedule(at: environment.clock() + grace) { [weak life] in
            guard let life, let (lane, number) = life.lanes.find(call) else { return }
            life.process.tell(.stop, flags: FrameFlag.force, lane: lane.number, call: number)
            life.process.hintAtStop()
        }
    }

    func endWedged(_ detail: String, tell: () -> Void) {
        let life: Incarnation? = state.withLock { state in
            guard state.absence == nil else { return nil }
            // In exit mode the worker ends by itself: this is no death to be told of.
            if plan.onCrash == .exit { state.absence = detail }
            return state.life
        }
        guard let life else { return }
        life.process.writeStacks()
        if plan.onCrash == .exit {
            tell()
            life.bridge.willQuit()
        }
        life.runner.kill(detail)
    }

    func cleanUpBesideCalls() -> CallFailure? {
        let (life, absence) = state.withLock { ($0.life, $0.absence) }
        guard absence == nil, let lane = life.lanes.takeBeside() else { return nil }
        guard case .failed(let failure) = unsafe life.ask(.cleanup, Self.nothing, over: lane) else {
            return nil
        }
        return failure
    }

    func destroy() -> String? {
        let life = life
        life.bridge.willQuit()
        // The runner reads the end of its first lane, runs what is to run at exit, and leaves.
        life.lanes.all[0].socket.endSending()
        life.bridge.waitForEnd(until: environment.clock() + .seconds(1))
        state.withLock { $0.owner = nil }
        return nil
    }
}
