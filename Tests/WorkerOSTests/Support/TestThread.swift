import WorkerThreads

@testable import WorkerOS

/// A thread of the worker's kind whose work is waited for.
struct TestThread {
    private let isDone = Semaphore()

    init(
        name: String, stackSize: Int = 512 << 10, signals: ThreadSignals = .faultsOnly,
        body: @escaping @Sendable () -> Void
    ) throws {
        try NamedThread.start(name: name, stackSize: stackSize, signals: signals) { [isDone] in
            body()
            isDone.signal()
        }
    }

    /// Waits until the body has returned, once; false where that takes too long.
    func join() -> Bool { isDone.wait(until: inTime) }
}
