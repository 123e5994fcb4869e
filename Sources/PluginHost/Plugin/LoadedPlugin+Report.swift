internal import CWorkerPlugin
internal import Synchronization
internal import WorkerCalls
package import WorkerCore

/// What the control endpoints show; from snapshots that take a few instructions under a lock.
extension LoadedPlugin {
    /// The calls that run and then those that wait, but no more than so many; how many more there are.
    package func calls(atMost limit: Int) -> (shown: [CallReport], more: Int) {
        let now = clock()
        let (waiting, queued, alone) = waitingCalls(atMost: limit)
        var reports: [CallReport] = []
        if let alone { reports.append(report(alone, .running, progressAlone, now)) }
        var running = Set<ObjectIdentifier>()
        for slot in slots {
            guard let (call, handle, cancelledAt) = slot.occupant else { continue }
            running.insert(ObjectIdentifier(call))
            let progress = progress(of: handle, in: slot)
            reports.append(report(call, cancelledAt == nil ? .running : .cancelling, progress, now))
        }
        // What has begun to run in between is not shown twice.
        let begun = waiting.count { running.contains(ObjectIdentifier($0)) }
        let more = reports.count + queued - begun - limit
        for call in waiting where reports.count < limit && !running.contains(ObjectIdentifier(call))
        {
            reports.append(report(call, .queued, .none, now))
        }
        return (Array(reports.prefix(limit)), max(0, more))
    }

    /// The first calls in the queue, how many there are, and the initialize or cleanup that runs.
    ///
    /// Memory for them is had before the lock is taken, which executors want too.
    private func waitingCalls(atMost limit: Int) -> ([Call], queued: Int, alone: Call?) {
        var calls: [Call] = []
        calls.reserveCapacity(limit)
        let (queued, alone) = state.withLock { state in
            var others = 0
            state.scheduler.waiting.visit(atMost: limit) { entry in
                if case .call(let call) = entry.job { calls.append(call) } else { others += 1 }
            }
            return (state.scheduler.queued - others, state.alone)
        }
        return (calls, queued, alone)
    }

    /// How far the call of an id is; nil where none of this id runs or waits.
    package func progress(id: String) -> ProgressReport? {
        for slot in slots {
            guard let (call, handle, _) = slot.occupant, call.requestID == id else { continue }
            return progress(of: handle, in: slot)
        }
        if state.withLock({ $0.alone?.requestID == id }) { return progressAlone }
        let isThere = state.withLock { state in
            var isThere = false
            state.scheduler.waiting.visit { entry in
                if case .call(let call) = entry.job, call.requestID == id { isThere = true }
            }
            return isThere
        }
        return isThere ? ProgressReport.none : nil
    }

    private func progress(of handle: uw_call_id, in slot: CallSlot) -> ProgressReport {
        instance.progress(of: handle) ?? slot.progress(of: handle)
    }

    /// How far the initialize or cleanup is that runs.
    private var progressAlone: ProgressReport {
        instance.progress(of: uw_call_id(UW_NO_CALL)) ?? .none
    }

    /// What /health says.
    package var health: HealthFacts {
        let (running, queued, isClosed, isConfigured) = state.withLock { state in
            (
                state.scheduler.running - (state.isOwnRunning ? 1 : 0), state.scheduler.queued,
                state.scheduler.isClosed, state.alone?.kind == .initialize
            )
        }
        return HealthFacts(
            readiness(isClosed: isClosed, isConfigured: isConfigured), running: running,
            queued: queued, further: instance.health)
    }

    /// Whether calls are taken and get done.
    private func readiness(isClosed: Bool, isConfigured: Bool) -> Readiness {
        if isBroken.load(ordering: .relaxed) { return .pluginFailed }
        if isClosed { return .draining }
        if let stuck = wedgedCall(for: Self.wedgedAfter) { return .wedged(stuck) }
        if let cause = instance.absence {
            return instance.isLost ? .pluginFailed : .restarting(cause)
        }
        if isConfigured { return .loading }
        return instance.unfitness.map { .unfit($0) } ?? .ready
    }

    /// A sentence about a call that was cancelled so long ago and has not ended.
    package func wedgedCall(for time: TimeSpan) -> String? {
        for slot in slots {
            guard case (let call, _, let cancelledAt?)? = slot.occupant else { continue }
            let now = clock()
            guard now >= cancelledAt + time else { continue }
            return
                "call \(call.requestID) was cancelled \((now - cancelledAt).milliseconds) ms ago "
                + "and has not ended"
        }
        return nil
    }

    private func path(of kind: CallKind) -> String {
        if case .endpoint(let number, _) = kind { endpoints[number].path } else { "/\(kind.name)" }
    }

    private func report(
        _ call: Call, _ state: CallReport.State, _ progress: ProgressReport, _ now: Moment
    ) -> CallReport {
        CallReport(
            id: call.requestID, path: path(of: call.kind), state: state,
            age: now - call.arrival, progress: progress, trace: call.trace)
    }
}
