import CLinux
import Glibc
import Synchronization
package import WorkerCore
import WorkerThreads

/// A thread with a name that `top -H` and debuggers show.
///
/// Dropping the handle lets the thread run on by itself; its memory is given back at its end.
package final class NamedThread: Sendable {
    private let handle: pthread_t
    private let isJoined = Mutex(false)

    private init(handle: pthread_t) {
        self.handle = handle
    }

    deinit {
        let joined = isJoined.withLock { $0 }
        if !joined { pthread_detach(handle) }
    }

    /// Starts a thread that runs `body`.
    ///
    /// Of the name 15 bytes count; the stack is in bytes. Plugin code wants a stack of 8 MiB and
    /// `signals: .plugin`. The corresponding C function is `pthread_create`.
    /// - Throws: `ThreadError` where the system has no thread to give.
    @discardableResult
    package static func start(
        name: String, stackSize: Int = 512 << 10, signals: ThreadSignals = .faultsOnly,
        body: @escaping @Sendable () -> Void
    ) throws(ThreadError) -> NamedThread {
        let work = unsafe Unmanaged.passRetained(
            ThreadWork(name: name, signals: signals, body: body))
        var mask = SignalMask.blocked(signals)
        var handle = pthread_t()
        let page = Int(getpagesize())
        let error = unsafe clinux_thread_start(
            &handle, (stackSize + page - 1) / page * page, &mask, runThread, work.toOpaque())
        guard error == 0 else {
            unsafe work.release()
            throw .cannotStart(name: name, SystemError(code: error))
        }
        return NamedThread(handle: handle)
    }

    /// Waits for the thread's end until a moment; false where it still runs then.
    ///
    /// Call it from one other thread. The corresponding C function is `pthread_clockjoin_np`.
    package func join(until deadline: Moment = .never) -> Bool {
        isJoined.withLock { isJoined in
            if isJoined { return true }
            var time = deadline.timespec
            isJoined = unsafe clinux_thread_join(handle, &time) == 0
            return isJoined
        }
    }
}

/// What crosses from `start` to the new thread.
private final class ThreadWork: Sendable {
    let name: String
    let signals: ThreadSignals
    let body: @Sendable () -> Void

    init(name: String, signals: ThreadSignals, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.signals = signals
        self.body = body
    }
}

private func runThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument = unsafe argument else { return nil }
    let work = unsafe Unmanaged<ThreadWork>.fromOpaque(argument).takeRetainedValue()
    unsafe clinux_thread_name(work.name)
    if work.signals == .faultsOnly { clinux_thread_takes_no_write_signals() }
    work.body()
    return nil
}
