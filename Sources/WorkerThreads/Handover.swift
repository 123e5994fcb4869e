internal import Synchronization
package import WorkerCore

/// One value on its way from one thread to another, which waits for it.
package final class Handover<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)
    private let isReady = Semaphore()

    /// Makes a handover without a value.
    package init() {}

    /// Gives the value; once.
    package func give(_ value: Value) {
        self.value.withLock { $0 = value }
        isReady.signal()
    }

    /// Waits for the value; one thread, once.
    package func take() -> Value {
        isReady.wait()
        guard let value = value.withLock({ $0 }) else {
            preconditionFailure("the semaphore is signalled when the value is there")
        }
        return value
    }

    /// Waits for the value until a moment; nil if none came.
    package func take(until deadline: Moment) -> Value? {
        isReady.wait(until: deadline) ? value.withLock { $0 } : nil
    }
}
