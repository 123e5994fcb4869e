internal import Synchronization
internal import WorkerCalls
internal import WorkerCore
internal import WorkerJSON
package import WorkerThreads

/// Small calls of a plugin in a process of its own, which the loop's thread sends and whose answers it
/// reads: they cost no thread of the worker's.
///
/// That thread takes jobs where no executor is at work. What it must not wait for it hands to one: streams,
/// large texts, what runs alone, and each call for which something turns out to be waited for. If more
/// calls wait than can start, executors run them all: they keep the plugin busy while the loop is busy.
extension LoadedPlugin {
    /// What an executor gets from the loop's thread.
    enum Handed: Sendable {
        case job(Job, CallSlot?)
        case begun(LaneCall)
    }

    /// Lets the calls start that were taken in since; on the loop's thread, whose poll that is.
    package func startCalls(on poll: EventPoll) {
        startCalls()
        guard let lanes = lanes else { return }
        if !lanes.isAttached {
            lanes.attach(poll)
            state.withLock { $0.isOnLoop = true }
        }
        if lanes.takeNote() { takeJobs(lanes) }
    }

    /// A lane that the poll watches under that number can be read; on the loop's thread.
    package func happened(_ number: UInt64) {
        guard let lanes, let call = lanes.call(number) else { return }
        switch call.read() {
        case .goesOn: return
        case .hasEnded: lanes.ended(number)
        case .mustWait:
            lanes.leave(number)
            hand(.begun(call))
        }
        if lanes.takeNote() { takeJobs(lanes) }
    }

    /// Whether the loop's thread waits for an answer; on it.
    package var awaitsLane: Bool { lanes.map { $0.waiting > 0 } ?? false }

    /// The loop ends: executors do it all from now on.
    package func loopEnds() {
        guard let lanes, lanes.isAttached else { return }
        let wake = state.withLock { state in
            state.isOnLoop = false
            return state.nextWake()
        }
        for call in lanes.detach() { hand(.begun(call)) }
        self.wake(wake)
    }

    /// Starts what can start.
    private func takeJobs(_ lanes: LaneLoop) {
        while let (job, slot, isLast) = state.withLock({ state in
            state.take().map { ($0, $1, state.scheduler.queued == 0) }
        }) {
            guard isLast, case .call(let call) = job, call.kind.isUnary, let slot,
                call.body.count <= LaneCall.longestOnLoop
            else {
                hand(.job(job, slot))
                continue
            }
            guard start(call, in: slot), let begun = instance.begin(call, in: slot) else {
                continue
            }
            if !begun.begin() || !lanes.watch(begun) { hand(.begun(begun)) }
        }
    }

    /// Has an executor go on.
    private func hand(_ handed: Handed) {
        wake(
            state.withLock { state in
                state.handed.append(handed)
                return state.nextExecutor()
            })
    }
}
