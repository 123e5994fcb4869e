internal import Synchronization
package import WorkerCore

/// What the control endpoints show; from snapshots that take a few instructions under a lock.
extension PluginHost {
    /// Every call that runs or waits, the running ones first.
    package var calls: [CallReport] {
        let now = clock()
        let (waiting, alone) = waitingCalls
        var reports: [CallReport] = []
        if let alone { reports.append(report(alone, .running, .none, now)) }
        var running: [Call] = []
        for slot in slots {
            guard let (call, handle, cancelledAt) = slot.occupant else { continue }
            running.append(call)
            let progress = slot.progress(of: handle)
            reports.append(report(call, cancelledAt == nil ? .running : .cancelling, progress, now))
        }
        // What has begun to run in between is not shown twice.
        for call in waiting where !running.contains(where: { $0 === call }) {
            reports.append(report(call, .queued, .none, now))
        }
        return reports
    }

    /// The calls in the queue, and the initialize or cleanup that runs.
    ///
    /// Memory for them is had before the lock is taken, which executors want too.
    private var waitingCalls: ([Call], alone: Call?) {
        var calls: [Call] = []
        while true {
            calls.reserveCapacity(load.queued)
            let room = calls.capacity
            var alone: Call?
            let isDone = state.withLock { state in
                guard state.scheduler.queued <= room else { return false }
                alone = state.alone
                state.scheduler.waiting.visit { entry in
                    if case .call(let call) = entry.job { calls.append(call) }
                }
                return true
            }
            if isDone { return (calls, alone) }
        }
    }

    /// How far the running call of an id is; nil where there is none.
    package func progress(id: String) -> ProgressReport? {
        calls.first { $0.id == id }?.progress
    }

    /// Whether calls are taken and get done.
    package var readiness: Readiness {
        if isBroken.load(ordering: .relaxed) { return .pluginFailed }
        let (isClosed, alone) = state.withLock { ($0.scheduler.isClosed, $0.alone) }
        if isClosed { return .draining }
        if let stuck = wedgedCall(for: Self.wedgedAfter) { return .wedged(stuck) }
        return alone?.kind == .initialize ? .loading : .ready
    }

    /// A sentence about a call that was cancelled so many nanoseconds ago and has not ended.
    package func wedgedCall(for time: UInt64) -> String? {
        let now = clock()
        for slot in slots {
            guard case (let call, _, let cancelledAt?)? = slot.occupant, now >= cancelledAt + time
            else { continue }
            return "call \(call.requestID) was cancelled \((now - cancelledAt) / 1_000_000) ms ago "
                + "and has not ended"
        }
        return nil
    }

    private func report(
        _ call: Call, _ state: CallReport.State, _ progress: ProgressReport, _ now: UInt64
    ) -> CallReport {
        CallReport(
            id: call.requestID, kind: call.kind, state: state,
            age: now > call.arrival ? now - call.arrival : 0, progress: progress)
    }
}
