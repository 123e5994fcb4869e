internal import Synchronization
internal import WorkerCore
internal import WorkerThreads

/// A thread that does for exchanges what would hold up the HTTP thread, in the order of arrival.
final class SideThread: Sendable {
    private let name: String
    private let work: @Sendable (Exchange) -> Void
    private let state = Mutex((waiting: RingQueue<Exchange>(), isStarted: false))
    private let arrived = Semaphore()

    init(_ name: String, _ work: @escaping @Sendable (Exchange) -> Void) {
        self.name = name
        self.work = work
    }

    /// Starts to work, if it has not; false where the thread cannot be had.
    func start(_ spawn: ThreadSpawner) -> Bool {
        guard state.withLock({ !exchange(&$0.isStarted, true) }) else { return true }
        let isStarted = spawn(name) { self.serve() }
        if !isStarted { state.withLock { $0.isStarted = false } }
        return isStarted
    }

    /// Has the work done for an exchange, whose connection is to be suspended.
    func add(_ exchange: Exchange) {
        state.withLock { $0.waiting.append(exchange) }
        arrived.signal()
    }

    private func serve() -> Never {
        while true {
            arrived.wait()
            guard let exchange = state.withLock({ $0.waiting.popFirst() }) else { continue }
            work(exchange)
        }
    }
}
