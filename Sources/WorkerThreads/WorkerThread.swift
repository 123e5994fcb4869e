private import CThreads
internal import Synchronization
internal import WorkerCore

/// A thread that does work in the order of its arrival, for others that must not be held up.
///
/// It is started when it is first needed, or before.
///
/// Any thread; no lock is held while work is done.
package final class WorkerThread<Work: Sendable>: Sendable {
    private struct State {
        var waiting = RingQueue<Work>()
        /// What is done now.
        var current: Work?
        var isStarted = false
    }

    private let name: String
    private let capacity: Int
    private let spawn: ThreadSpawner
    private let perform: @Sendable (Work) -> Void
    private let threadEnded: @Sendable (Work) -> Void
    private let state = Mutex(State())
    private let arrived = Semaphore()

    /// Makes the thread's queue; the thread comes with `start`.
    ///
    /// - Parameters:
    ///   - name: of the thread.
    ///   - capacity: how much work may wait.
    ///   - spawn: starts the thread.
    ///   - perform: does the work, on the thread.
    ///   - threadEnded: called on the thread if foreign code ends it inside of `perform`; another
    ///     one takes its place.
    package init(
        _ name: String, capacity: Int = .max, spawn: @escaping ThreadSpawner,
        perform: @escaping @Sendable (Work) -> Void,
        threadEnded: @escaping @Sendable (Work) -> Void = { _ in }
    ) {
        self.name = name
        self.capacity = capacity
        self.spawn = spawn
        self.perform = perform
        self.threadEnded = threadEnded
    }

    /// Starts to work, if it has not; false where the thread cannot be had.
    @discardableResult
    package func start() -> Bool {
        guard state.withLock({ !exchange(&$0.isStarted, true) }) else { return true }
        let isStarted = spawn(name) {
            ThreadEnd.run {
                self.serve()
            } ifThreadEnds: {
                self.goOn()
            }
        }
        if !isStarted { state.withLock { $0.isStarted = false } }
        return isStarted
    }

    /// Takes work in, and starts the thread if there is none; false where too much waits already.
    @discardableResult
    package func add(_ work: Work) -> Bool {
        let isTaken = state.withLock { state in
            guard state.waiting.count < capacity else { return false }
            state.waiting.append(work)
            return true
        }
        guard isTaken else { return false }
        arrived.signal()
        start()
        return true
    }

    private func serve() -> Never {
        while true {
            arrived.wait()
            let next = state.withLock { state in
                state.current = state.waiting.popFirst()
                return state.current
            }
            guard let work = next else { continue }
            perform(work)
            state.withLock { $0.current = nil }
        }
    }

    /// Goes on with another thread; the last act of this one.
    ///
    /// Where there is none, the next work asks again.
    private func goOn() {
        let current = state.withLock { state in
            state.isStarted = false
            return exchange(&state.current, nil)
        }
        if let current { threadEnded(current) }
        start()
    }
}

/// Starts a thread with a name of at most 15 bytes; how rooms that must not know each other share
/// one way of making threads.
///
/// Returns whether the system gave one. It may refuse at any moment (a limit of tasks, memory), so
/// the caller has to cope; what a promise hangs on is started while the worker starts.
package typealias ThreadSpawner =
    @Sendable (_ name: String, _ body: @escaping @Sendable () -> Void) -> Bool

/// The end of a thread inside of code that is not ours: pthread_exit, or a cancellation.
package enum ThreadEnd {
    /// Runs a body; should the calling thread end inside of it, runs `ifThreadEnds` as its last act.
    ///
    /// No cancellation is acted on but where the body enables it. What the body's frames hold is
    /// never released if the thread ends: nothing of Swift is unwound.
    package static func run(
        _ body: () -> Void, ifThreadEnds: @escaping @Sendable () -> Void
    ) {
        let lastAct = unsafe Unmanaged.passRetained(LastAct(ifThreadEnds))
        unsafe cthreads_watch_end(perform, lastAct.toOpaque())
        body()
        cthreads_unwatch_end()
        unsafe lastAct.release()
    }
}

private final class LastAct: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

private func perform(_ context: UnsafeMutableRawPointer?) {
    guard let context = unsafe context else { return }
    unsafe Unmanaged<LastAct>.fromOpaque(context).takeRetainedValue().body()
}
