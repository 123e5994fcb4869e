internal import Synchronization
internal import WorkerCalls
internal import WorkerCore
internal import WorkerJSON
internal import WorkerThreads

/// What the loop's thread needs to run calls by itself.
final class BriefCalls: Sendable {
    let standBy = StandBy()
    /// What that thread runs; the thread that goes on in its place reads it.
    let executor = Executor()
    /// A call has not been brief, or no thread can stand by: executors run them all.
    let isOver = Atomic<Bool>(false)
}

/// Calls of a plugin that says that they take microseconds and never block: the loop's thread runs
/// them between two turns of libmicrohttpd's, so that they cost no hop to an executor and back.
///
/// If one is not brief, the thread that stands by goes on with the loop, and the promise counts no more.
extension LoadedPlugin {
    /// For how long the loop's thread runs calls before others of its connections get a turn.
    private static let longestTurn = TimeSpan.milliseconds(1)
    /// The longest body of a call that the loop's thread runs, in bytes.
    private static let longestBody = 32 << 10

    /// Whether calls of execute are answered in the turn after the one that takes them in, as far as is
    /// known; on the loop's thread.
    package var isBrief: Bool { brief.map { !$0.isOver.load(ordering: .relaxed) } ?? false }

    /// Has the loop's thread, which calls, watched from now on; false where calls are left to executors.
    func watch(_ brief: BriefCalls, _ goOn: @escaping @Sendable () -> Void) -> Bool {
        guard !brief.isOver.load(ordering: .relaxed) else { return false }
        let isWatched = brief.standBy.watch(spawn: spawn) { [self] in
            notBrief(brief)
            goOn()
        }
        if !isWatched { brief.isOver.store(true, ordering: .relaxed) }
        return isWatched
    }

    /// A call that runs is not brief; on the thread that goes on with the loop.
    private func notBrief(_ brief: BriefCalls) {
        brief.isOver.store(true, ordering: .relaxed)
        leaveToExecutors()
        guard case .call(let call) = brief.executor.job else { return }
        events.pluginMisbehaved(
            "the plugin says UW_BRIEF, but its execute blocks or computes for long: "
                + "calls run on executors from now on", requestID: call.requestID)
    }

    /// Runs the brief calls that wait, and leaves the other jobs to executors; on the loop's thread.
    ///
    /// - Returns: false where another thread goes on with the loop.
    func runBriefCalls(_ brief: BriefCalls, _ jobs: LoopJobs) -> Bool {
        let end = clock() + Self.longestTurn
        while let (job, slot) = state.withLock({ $0.take() }) {
            guard case .call(let call) = job, call.kind == .execute, let slot,
                call.body.count <= Self.longestBody
            else {
                hand(.job(job, slot))
                continue
            }
            (brief.executor.job, brief.executor.slot) = (job, slot)
            brief.standBy.begin()
            if start(call, in: slot) { instance.execute(call, in: slot) }
            guard brief.standBy.end() else { return false }
            if clock() >= end {
                jobs.note()
                break
            }
        }
        brief.executor.job = nil
        return true
    }

    /// Plugin code has ended the loop's thread, whose last act this is: the one that stands by goes on.
    package func loopThreadEnded() {
        if let brief { threadEnded(brief.executor) }
    }
}
