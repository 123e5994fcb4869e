private import CThreads
private import Glibc
internal import Synchronization
package import WorkerCore

/// A counting semaphore: how a thread waits for another without holding a lock.
///
/// Safe from any thread. A post on a semaphore on which no thread waits costs no system call.
@safe package final class Semaphore: @unchecked Sendable {
    // The address of a sem_t must not change, so it lives in memory of its own.
    private let handle: UnsafeMutablePointer<sem_t>

    /// Makes a semaphore with nothing to take.
    package init() {
        unsafe handle = .allocate(capacity: 1)
        let result = unsafe sem_init(handle, 0, 0)
        precondition(result == 0, "sem_init fails only for wrong arguments")
    }

    deinit {
        unsafe sem_destroy(handle)
        unsafe handle.deallocate()
    }

    /// Adds one, and wakes one waiter.
    ///
    /// The corresponding C function is `sem_post`.
    package func signal() {
        unsafe sem_post(handle)
    }

    /// Waits for one and takes it.
    ///
    /// The corresponding C function is `sem_wait`.
    package func wait() {
        while unsafe sem_wait(handle) != 0 {
            precondition(errno == EINTR, "sem_wait fails only when interrupted")
        }
    }

    /// Waits for one until a point in time.
    ///
    /// The corresponding C function is `sem_clockwait`.
    ///
    /// - Returns: whether one was taken.
    package func wait(until deadline: Moment) -> Bool {
        var time = deadline.timespec
        while true {
            switch unsafe cthreads_sem_wait_until(handle, &time) {
            case 0: return true
            case ETIMEDOUT: return false
            default: continue  // EINTR
            }
        }
    }
}

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
