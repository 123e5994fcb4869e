internal import CWorkerPlugin
internal import WorkerCalls
internal import WorkerCore
internal import WorkerThreads

/// The thread that calls the plugin's cancel, so that no other thread ever waits for it.
///
/// Requests are served in order.
final class CancelDesk: Sendable {
    private struct Request: Sendable {
        let calls: [uw_call_id]
        let completion: @Sendable (CancelAnswer) -> Void
    }

    /// How many requests may wait: many more than calls that can run.
    private static let capacity = 512

    private let instance: any PluginInstance
    private let thread: WorkerThread<Request>

    init(_ instance: any PluginInstance, _ environment: PluginEnvironment) {
        self.instance = instance
        let events = environment.events
        thread = WorkerThread(
            "uw-cancel", capacity: Self.capacity, spawn: environment.spawn,
            perform: { request in
                var answer = CancelAnswer.cancelled
                for call in request.calls {
                    let own = instance.cancel(call)
                    if answer == .cancelled { answer = own }
                }
                request.completion(answer)
            },
            // Where there is no other thread, those that wait are not waited for long.
            threadEnded: { request in
                let failure = PluginThread.endFailure()
                events.pluginMisbehaved(
                    failure.detail + "; another one takes its place", requestID: nil)
                request.completion(.failed(failure.detail))
            })
    }

    /// Starts to serve, if the plugin has a cancel; false where the thread cannot be had.
    func start() -> Bool { !instance.hasCancel || thread.start() }

    /// Has the plugin, which has a cancel, asked to stop calls; never waits.
    ///
    /// Where too many wait already, as its cancel does not return, it is not asked.
    ///
    /// - Parameters:
    ///   - calls: their handles, or UW_NO_CALL.
    ///   - completion: gets the answer, on the desk's thread: the first failure if any.
    /// - Returns: whether it will be asked; if not, the completion is not called.
    func request(
        _ calls: [uw_call_id], completion: @escaping @Sendable (CancelAnswer) -> Void
    ) -> Bool {
        thread.add(Request(calls: calls, completion: completion))
    }
}
