internal import CWorkerPlugin
internal import Synchronization
internal import WorkerCore
internal import WorkerThreads

/// The thread that calls the plugin's cancel, so that nobody else ever waits for it.
///
/// Requests are served in order.
final class CancelDesk: Sendable {
    private struct Request: Sendable {
        let calls: [uw_call_id]
        let completion: @Sendable (CancelAnswer) -> Void
    }

    private let instance: PluginInstance
    private let requests = Mutex(RingQueue<Request>())
    private let arrived = Semaphore()

    init(_ instance: PluginInstance) { self.instance = instance }

    /// Starts to serve, if the plugin has a cancel; false where the thread cannot be had.
    func start(_ spawn: ThreadSpawner) -> Bool {
        guard unsafe instance.table.cancel != nil else { return true }
        return spawn("uw-cancel") { self.serve() }
    }

    /// Has the plugin asked to stop calls; never waits.
    ///
    /// - Parameters:
    ///   - calls: their handles, or UW_NO_CALL.
    ///   - completion: gets the answer, on the desk's thread: the first failure if any.
    func request(_ calls: [uw_call_id], completion: @escaping @Sendable (CancelAnswer) -> Void) {
        requests.withLock { $0.append(Request(calls: calls, completion: completion)) }
        arrived.signal()
    }

    private func serve() -> Never {
        while true {
            arrived.wait()
            guard let request = requests.withLock({ $0.popFirst() }) else { continue }
            var answer = CancelAnswer.cancelled
            for call in request.calls {
                let own = instance.cancel(call)
                if answer == .cancelled { answer = own }
            }
            request.completion(answer)
        }
    }
}
