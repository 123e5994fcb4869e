internal import Foundation
internal import Synchronization

/// A thread that runs one thing after the other, as a worker's executor does; it ends with this object.
final class CallThread: Sendable {
    private final class Queue: Sendable {
        let items = Mutex<[(@Sendable () -> Void)?]>([])
        let count = DispatchSemaphore(value: 0)

        /// Nil ends the thread.
        func add(_ item: (@Sendable () -> Void)?) {
            items.withLock { $0.append(item) }
            count.signal()
        }

        func run() {
            while true {
                count.wait()
                guard let item = items.withLock({ $0.removeFirst() }) else { return }
                item()
            }
        }
    }

    private let queue = Queue()

    init() {
        let queue = queue
        let thread = Thread { queue.run() }
        thread.stackSize = 8 << 20  // as an executor's
        thread.start()
    }

    deinit { queue.add(nil) }

    /// Runs something behind what was there before.
    func run(_ body: @escaping @Sendable () -> Void) { queue.add(body) }

    /// Runs something, and waits for what it makes.
    func value<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            run { continuation.resume(returning: body()) }
        }
    }
}
