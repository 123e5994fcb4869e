import CLinux
import Glibc

/// Threads with names that `top -H` and debuggers show.
package enum NamedThread {
    /// Starts a thread that runs `body`, and gives its memory back at its end.
    ///
    /// Of the name 15 bytes count; the stack is in bytes. Plugin code wants a stack of 8 MiB and
    /// `signals: .plugin`. The corresponding C function is `pthread_create`.
    /// - Throws: `ThreadError` where the system has no thread to give.
    package static func start(
        name: String, stackSize: Int = 512 << 10, signals: ThreadSignals = .faultsOnly,
        body: @escaping @Sendable () -> Void
    ) throws(ThreadError) {
        let work = unsafe Unmanaged.passRetained(
            ThreadWork(name: name, signals: signals, body: body))
        var mask = SignalMask.blocked(signals)
        let page = Int(getpagesize())
        let error = unsafe clinux_thread_start(
            (stackSize + page - 1) / page * page, &mask, runThread, work.toOpaque())
        guard error == 0 else {
            unsafe work.release()
            throw .cannotStart(name: name, SystemError(code: error))
        }
    }
}

/// Which signals a thread may take.
package enum ThreadSignals: Sendable {
    /// Those of its own faults alone (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT): for
    /// the worker's own threads, which no handler of a plugin is to hold up.
    case faultsOnly
    /// All but those that `SignalWaiter` reads: for threads that run plugin code, whose children
    /// inherit the mask.
    case plugin
}

/// Why a thread was not started.
package enum ThreadError: Error, Equatable, CustomStringConvertible {
    case cannotStart(name: String, SystemError)

    package var description: String {
        switch self {
        case .cannotStart(let name, let error): "thread '\(name)' cannot be started: \(error)"
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
