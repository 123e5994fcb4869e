internal import Synchronization
internal import WorkerCore
internal import WorkerThreads

/// The thread that validates large bodies, so that they do not hold up the HTTP thread.
///
/// Works in the order of arrival.
final class Validator: Sendable {
    private let waiting = Mutex(RingQueue<Exchange>())
    private let arrived = Semaphore()

    /// Starts to work; false where the thread cannot be had.
    func start(_ spawn: ThreadSpawner) -> Bool { spawn("uw-validate") { self.serve() } }

    /// Has an exchange's body validated, and its call submitted; its connection is to be suspended.
    func add(_ exchange: Exchange) {
        waiting.withLock { $0.append(exchange) }
        arrived.signal()
    }

    private func serve() -> Never {
        while true {
            arrived.wait()
            guard let exchange = waiting.withLock({ $0.popFirst() }) else { continue }
            if let outcome = exchange.validateAndSubmit() { exchange.complete(outcome) }
            exchange.server.service.startCalls()
        }
    }
}
