internal import Synchronization
internal import WorkerCalls
internal import WorkerCore
internal import WorkerThreads

/// The threads that run plugin code, one more for each call that runs at once.
extension LoadedPlugin {
    /// Takes a job in, and sees to it that an executor runs it.
    ///
    /// With `startsLater` an idle executor is left to `startCalls`, as the loop's thread is always.
    func submit(_ job: Job, isOwn: Bool, startsLater: Bool = false) -> CallRefusal? {
        let (refusal, wake) = state.withLock { state in
            var refusal = state.scheduler.submit(job, place: job.place, isOwn: isOwn)
            if refusal == .full {
                // Only now is it worth a look at all slots.
                refusal = state.scheduler.submit(job, place: job.place, ending: ending(state))
            }
            return (refusal, refusal == nil ? state.nextWake() : .noExecutor)
        }
        if startsLater, case .idleExecutor = wake {
            promised.add(1, ordering: .relaxed)
        } else {
            self.wake(wake)
        }
        return refusal
    }

    /// Wakes the executors for calls that were submitted with `startsLater`.
    package func startCalls() {
        guard promised.load(ordering: .relaxed) > 0 else { return }
        for _ in 0..<promised.exchange(0, ordering: .relaxed) { work.signal() }
    }

    /// How many of the jobs that run no client waits for: they are about to return, or are our own.
    ///
    /// A call leaves its slot's `control`, or `alone`, before its outcome leaves the worker. So who
    /// has an answer finds the place free that the call had.
    private func ending(_ state: State) -> Int {
        state.scheduler.running - slots.count { $0.isOccupied } - (state.alone == nil ? 0 : 1)
    }

    /// Gives back what a job held, and lets the next one start.
    func finished(_ giveBack: (inout State) -> Void) {
        let (wake, whenIdle) = state.withLock { state in
            state.scheduler.finished()
            state.isOwnRunning = false
            giveBack(&state)
            let whenIdle = state.isIdle ? exchange(&state.whenIdle, nil) : nil
            return (state.nextWake(), whenIdle)
        }
        // An executor, which this is then, looks again by itself.
        if case .loop = wake { lanes?.noteJobIfOnLoop() } else { self.wake(wake) }
        whenIdle?()
    }

    func wake(_ wake: Wake) {
        switch wake {
        case .noExecutor: break
        case .idleExecutor: work.signal()
        case .loop: lanes?.noteJob()
        case .newExecutor(let index):
            if !spawn("uw-exec-\(index)", { self.runExecutor() }) { executorCannotBeHad() }
        }
    }

    /// Leaves the job to the executors that there are; the next call asks for a thread again.
    ///
    /// Where there is none, calls that wait are refused: it might never come.
    private func executorCannotBeHad() {
        let withdrawn = state.withLock { state in
            state.executors -= 1
            guard state.executors == 0 else { return [Job]() }
            return state.scheduler.withdraw { if case .call = $0 { true } else { false } }
        }
        end(withdrawn, with: CallFailure(.unavailable, "There is no thread for the call"))
    }

    /// The body of an executor's thread.
    func runExecutor() {
        let executor = Executor()
        ThreadEnd.run {
            self.runJobs(executor)
        } ifThreadEnds: {
            self.threadEnded(executor)
        }
    }

    /// Runs jobs until the end of the plugin.
    func runJobs(_ executor: Executor) {
        while true {
            guard takeJob(executor) else {
                work.wait()
                continue
            }
            if let begun = exchange(&executor.begun, nil) { begun.run() }
            guard let job = executor.job else { continue }
            switch job {
            case .call(let call):
                if let slot = executor.slot { execute(call, in: slot) } else { runAlone(call) }
            case .refresh:
                state.withLock { $0.isRefreshQueued = false }
                takeSnapshots()
                finished { _ in }
            case .describe:
                takeBodySchemas()
                finished { _ in }
            case .restart:
                instance.restart()
                if instance.absence == nil {
                    takeSnapshots()
                    takeBodySchemas()
                    restarts.add(1, ordering: .relaxed)
                    events.processRestarted()
                }
                finished { _ in }
            case .end(let ending):
                if ending.needsCleanup, let failure = instance.cleanup() {
                    events.pluginMisbehaved(
                        "cleanup at the end failed: \(failure.detail)", requestID: nil)
                }
                if let detail = instance.destroy() {
                    events.pluginMisbehaved("destroy failed: \(detail)", requestID: nil)
                }
                ending.done()
                return
            }
            executor.job = nil
        }
    }

    /// Takes the job that is to run now; false if there is none: the executor counts as idle then.
    private func takeJob(_ executor: Executor) -> Bool {
        let wake = state.withLock { state -> Wake? in
            switch state.handed.popFirst() {
            case .begun(let call): executor.begun = call
            case .job(let job, let slot): (executor.job, executor.slot) = (job, slot)
            case nil:
                guard let (job, slot) = state.take() else {
                    state.idleExecutors += 1
                    return nil
                }
                (executor.job, executor.slot) = (job, slot)
            }
            return state.nextWake()
        }
        guard let wake else { return false }
        self.wake(wake)
        return true
    }

    /// Runs an execute or a stream.
    private func execute(_ call: Call, in slot: CallSlot) {
        if start(call, in: slot) { instance.execute(call, in: slot) }
    }

    /// Arms the slot of a call that runs from now on; false where it has ended instead.
    func start(_ call: Call, in slot: CallSlot) -> Bool {
        events.callBegan(slot: slot.index, id: call.requestID, arrival: call.arrival)
        slot.arm(call)
        // Looked at now, not before: from here on its timer finds the call in the slot.
        if let failure = startFailure(of: call) {
            slot.returned(.failed(failure))
            return false
        }
        call.client.callStarts(at: clock())
        newestSlot.store(slot.index, ordering: .relaxed)
        return true
    }

    /// Why a call that has waited does not start, if it does not.
    func startFailure(of call: Call) -> CallFailure? {
        if isOverdue(call) { return .deadlinePassed }
        // It may have been taken in before the results of others were.
        return call.kind.needsRoom && budget.isFull ? .noRoom : nil
    }

    /// Whether a call's deadline has passed, though no timer may have said so yet.
    func isOverdue(_ call: Call) -> Bool { call.deadline.map { clock() >= $0 } ?? false }

    /// Runs a call beside which nothing runs.
    private func runAlone(_ call: Call) {
        if let failure = startFailure(of: call) { return finishAlone(call, failure) }
        call.client.callStarts(at: clock())
        switch call.kind {
        case .initialize:
            let failure = instance.initialize(call)
            if instance.absence == nil { takeSnapshots() }
            finishAlone(call, failure)
        case .endpoint:
            let outcome = instance.answer(call, beside: nil)
            if instance.absence == nil { takeSnapshots() }
            finishAlone(call, outcome)
        case .cleanup, .execute, .stream:
            finishAlone(call, instance.cleanup())
        }
    }

    /// Answers an initialize or a cleanup, and lets the next job start.
    func finishAlone(_ call: Call, _ failure: CallFailure?) {
        if let failure, failure.reason == .fatal {
            pluginFailed(failure, requestID: call.requestID)
        }
        if failure == nil, call.kind == .cleanup { state.withLock { $0.needsCleanup = false } }
        if let failure { finishAlone(call, .failure(failure)) } else { finishAlone(call, .done) }
    }

    private func finishAlone(_ call: Call, _ outcome: consuming CallOutcome?) {
        let isWaitedFor = state.withLock { exchange(&$0.alone, nil) != nil }
        callIsOver(call)
        // The next call may start before the client has read this answer, not before it is made. If
        // the process is lost, its client sees the end of the connection, as with a library.
        if isWaitedFor, !instance.isLost, let outcome { call.client.callDidFinish(outcome) }
        finished { _ in }
    }
}

/// Whom to wake for a job that can start.
enum Wake {
    case noExecutor
    case idleExecutor
    /// The loop's thread, which takes the jobs itself.
    case loop
    case newExecutor(Int)
}

extension LoadedPlugin.State {
    /// Whether nothing runs and nothing waits.
    var isIdle: Bool {
        scheduler.running == 0 && scheduler.queued == 0 && beside.busy == 0 && beside.queue.isEmpty
    }

    /// Takes the job that is to run now, and its slot if it has one.
    mutating func take() -> (Job, CallSlot?)? {
        guard let (job, place) = scheduler.next() else { return nil }
        let slot = place == .shared ? freeSlots.popLast() : nil
        precondition(
            (slot != nil) == (place == .shared), "there are as many slots as shared jobs may run")
        if case .call(let call) = job {
            needsCleanup = true
            if let slot { slot.admit(call) } else { alone = call }
        } else {
            isOwnRunning = true
        }
        return (job, slot)
    }

    /// Chooses who runs the next job, if one can start.
    mutating func nextWake() -> Wake {
        guard scheduler.canStart else { return .noExecutor }
        return isOnLoop ? .loop : nextExecutor()
    }

    /// Chooses an executor; where all are busy, one looks when it is done.
    mutating func nextExecutor() -> Wake {
        if idleExecutors > 0 {
            idleExecutors -= 1
            return .idleExecutor
        }
        guard executors < scheduler.concurrency else { return .noExecutor }
        defer { executors += 1 }
        return .newExecutor(executors)
    }
}
