import Glibc

/// Work on a thread of its own, whose result is waited for with a deadline.
public final class Background<Value: Sendable>: Sendable {
    private let outcome = Monitor<Result<Value, any Error>?>(nil)

    /// Starts `work`.
    public init(_ work: @escaping @Sendable () throws -> Value) {
        let outcome = outcome
        startThread {
            let result = Result { try work() }
            outcome.withLock { $0 = result }
        }
    }

    /// Whether the work is still going on.
    public var isRunning: Bool { outcome.withLock { $0 == nil } }

    /// Waits for the result; fails when it takes longer than `milliseconds`.
    public func value(within milliseconds: Int = Deadline.patience) throws -> Value {
        let deadline = Deadline(milliseconds: milliseconds)
        guard let result = outcome.wait(until: deadline, { $0 }) else {
            throw TestFailure("background work took longer than \(milliseconds) ms")
        }
        return try result.get()
    }
}

/// Runs `body` on a new, detached thread.
public func startThread(_ body: @escaping @Sendable () -> Void) {
    let box = unsafe Unmanaged.passRetained(ThreadBody(body))
    var thread = pthread_t()
    let failure = unsafe pthread_create(&thread, nil, runThread, box.toOpaque())
    precondition(failure == 0, "pthread_create: \(errorText(failure))")
    pthread_detach(thread)
}

private final class ThreadBody {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

private func runThread(_ data: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let data = unsafe data {
        unsafe Unmanaged<ThreadBody>.fromOpaque(data).takeRetainedValue().body()
    }
    return nil
}
