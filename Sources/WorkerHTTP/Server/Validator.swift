internal import Synchronization
internal import WorkerCore
internal import WorkerThreads

/// The thread that validates large bodies, so that they do not hold up the HTTP thread.
///
/// Started when it is first needed; works in the order of arrival.
final class Validator: Sendable {
    private struct State {
        var waiting = RingQueue<Exchange>()
        var isStarted = false
    }

    private let spawn: ThreadSpawner
    private let state = Mutex(State())
    private let arrived = Semaphore()

    init(spawn: @escaping ThreadSpawner) { self.spawn = spawn }

    /// Has an exchange's body validated, and its call submitted; its connection is to be suspended.
    func add(_ exchange: Exchange) {
        let isFirst = state.withLock { state in
            state.waiting.append(exchange)
            defer { state.isStarted = true }
            return !state.isStarted
        }
        arrived.signal()
        if isFirst { spawn("uw-validate") { self.serve() } }
    }

    private func serve() -> Never {
        while true {
            arrived.wait()
            guard let exchange = state.withLock({ $0.waiting.popFirst() }) else { continue }
            if let outcome = exchange.validateAndSubmit() { exchange.complete(outcome) }
            exchange.server.service.startCalls()
        }
    }
}
