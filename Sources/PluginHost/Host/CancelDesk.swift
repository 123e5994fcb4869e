internal import CWorkerPlugin
internal import Synchronization
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

    private struct State {
        var requests = RingQueue<Request>()
        /// The request that the plugin is asked about.
        var current: Request?
        var isServed = false
    }

    private let instance: any PluginInstance
    private let spawn: ThreadSpawner
    private let events: any HostEvents
    private let state = Mutex(State())
    private let arrived = Semaphore()

    init(_ instance: any PluginInstance, _ environment: HostEnvironment) {
        self.instance = instance
        spawn = environment.spawn
        events = environment.events
    }

    /// Starts to serve, if the plugin has a cancel; false where the thread cannot be had.
    func start() -> Bool {
        guard instance.hasCancel else { return true }
        let isNew = state.withLock { !exchange(&$0.isServed, true) }
        guard isNew else { return true }
        let isStarted = spawn("uw-cancel") {
            ThreadEnd.run {
                self.serve()
            } ifThreadEnds: {
                self.threadEnded()
            }
        }
        if !isStarted { state.withLock { $0.isServed = false } }
        return isStarted
    }

    /// Goes on with another thread, as the plugin has ended this one; its last act.
    ///
    /// Where there is none, the next request asks again; those that wait are not waited for long.
    private func threadEnded() {
        let failure = PluginThread.endFailure()
        events.pluginMisbehaved(failure.detail + "; another one takes its place", requestID: nil)
        let request = state.withLock { state in
            state.isServed = false
            return exchange(&state.current, nil)
        }
        request?.completion(.failed(failure.detail))
        _ = start()
    }

    /// Has the plugin asked to stop calls; never waits.
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
        let isTaken = state.withLock { state in
            guard state.requests.count < Self.capacity else { return false }
            state.requests.append(Request(calls: calls, completion: completion))
            return true
        }
        guard isTaken else { return false }
        arrived.signal()
        _ = start()
        return true
    }

    private func serve() -> Never {
        while true {
            arrived.wait()
            let next = state.withLock { state in
                state.current = state.requests.popFirst()
                return state.current
            }
            guard let request = next else { continue }
            var answer = CancelAnswer.cancelled
            for call in request.calls {
                let own = instance.cancel(call)
                if answer == .cancelled { answer = own }
            }
            state.withLock { $0.current = nil }
            request.completion(answer)
        }
    }
}
