internal import Synchronization
package import WorkerCore

/// Has closures called at moments, on one thread of its own.
///
/// Closures are to return at once. Safe from any thread. Nothing wakes up before there is something to do.
package final class Timers: Sendable {
    private struct State {
        var heap = TimerHeap<@Sendable () -> Void>()
        /// When the thread looks at the heap next, unless it is told to look before.
        var looksAt = Moment.never
    }

    private let state = Mutex(State())
    private let changed = Semaphore()

    /// Makes an empty set of timers; nil where their thread cannot be had.
    ///
    /// It is started here, not with the first timer: a deadline is a promise that has to hold also
    /// where no more threads are to be had by then.
    package init?(spawn: ThreadSpawner) {
        guard spawn("uw-timers", { self.serve() }) else { return nil }
    }

    /// How many closures are to be called.
    package var count: Int { state.withLock { $0.heap.count } }

    /// Has a closure called at a moment.
    ///
    /// - Returns: what it can be cancelled by.
    @discardableResult
    package func schedule(at moment: Moment, _ body: @escaping @Sendable () -> Void) -> TimerID {
        let (id, isEarlier) = state.withLock { state in
            let id = state.heap.insert(body, at: moment)
            // A moment that was cancelled still wakes the thread, once: so a thread that schedules and
            // cancels again and again, each time for later, does not wake it each time.
            let isEarlier = moment < state.looksAt
            if isEarlier { state.looksAt = moment }
            return (id, isEarlier)
        }
        if isEarlier { changed.signal() }
        return id
    }

    /// Lets go of a closure, which is not called any more unless that has begun.
    package func cancel(_ id: TimerID) {
        // What it holds is freed outside of the lock.
        _ = state.withLock { $0.heap.remove(id) }
    }

    private func serve() -> Never {
        while true {
            let next = state.withLock { state in
                state.looksAt = state.heap.first ?? .never
                return state.heap.first
            }
            guard let next else {
                changed.wait()
                continue
            }
            if changed.wait(until: next) { continue }
            while let body = state.withLock({ $0.heap.popFirst(notAfter: next) }) { body() }
        }
    }
}
