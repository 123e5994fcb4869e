internal import CWorkerPlugin
internal import Synchronization
internal import WorkerCore
internal import WorkerThreads

/// The thread that calls the plugin's cancel, so that nobody else ever waits for it.
///
/// Started when it is first needed. Requests are served in order.
final class CancelDesk: Sendable {
    private struct Request: Sendable {
        let calls: [uw_call_id]
        let completion: @Sendable (CancelAnswer) -> Void
    }

    private struct State {
        var requests = RingQueue<Request>()
        var isStarted = false
    }

    private let instance: PluginInstance
    private let spawn: ThreadSpawner
    private let state = Mutex(State())
    private let arrived = Semaphore()

    init(_ instance: PluginInstance, spawn: @escaping ThreadSpawner) {
        self.instance = instance
        self.spawn = spawn
    }

    /// Has the plugin asked to stop calls; never waits.
    ///
    /// - Parameters:
    ///   - calls: their handles, or UW_NO_CALL.
    ///   - completion: gets the answer, on the desk's thread: the first failure if any.
    func request(_ calls: [uw_call_id], completion: @escaping @Sendable (CancelAnswer) -> Void) {
        let isFirst = state.withLock { state in
            state.requests.append(Request(calls: calls, completion: completion))
            defer { state.isStarted = true }
            return !state.isStarted
        }
        arrived.signal()
        if isFirst { spawn("uw-cancel") { self.serve() } }
    }

    private func serve() -> Never {
        while true {
            arrived.wait()
            guard let request = state.withLock({ $0.requests.popFirst() }) else { continue }
            var answer = CancelAnswer.cancelled
            for call in request.calls {
                let own = instance.cancel(call)
                if answer == .cancelled { answer = own }
            }
            request.completion(answer)
        }
    }
}
