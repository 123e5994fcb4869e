internal import Synchronization
internal import WorkerCalls
internal import WorkerCore

/// What a thread that runs plugin code is at; touched by that thread alone.
final class Executor: @unchecked Sendable {
    /// What it has taken from the queue and runs.
    var job: Job?
    /// The slot of a call that has one.
    var slot: CallSlot?
    /// A call that the loop's thread has begun, and has left to it.
    var begun: LaneCall?
    /// The plugin, once it is loaded, which the first executor does.
    var plugin: LoadedPlugin?
}

extension LoadedPlugin {
    /// Clears up behind an executor whose thread plugin code has ended; that thread's last act.
    ///
    /// Its job fails. Another thread is started in its place when there is something to run.
    func threadEnded(_ executor: Executor) {
        let failure = PluginThread.endFailure()
        guard let job = executor.job else { return }
        var requestID: String?
        if case .call(let call) = job { requestID = call.requestID }
        events.pluginMisbehaved(
            failure.detail + "; another one takes its place", requestID: requestID)
        state.withLock { $0.executors -= 1 }
        spoilSnapshot(PluginThread.function, failure)
        switch job {
        case .call(let call):
            if let slot = executor.slot {
                slot.returned(.failed(failure))
            } else {
                finishAlone(call, failure)
            }
        case .refresh, .describe, .restart:
            finished { _ in }
        case .end(let ending):
            if PluginThread.function == "cleanup" {
                _ = submit(
                    .end(Job.Ending(needsCleanup: false, done: ending.done)), isOwn: true)
            } else {
                ending.done()
            }
            finished { _ in }
        }
    }
}
