internal import Synchronization
internal import WorkerCore

/// Has closures called at moments, on one thread of its own, which is started when first needed.
///
/// Closures are to return at once. Safe from any thread. Nothing wakes up while nothing is due.
package final class Timers: Sendable {
    private struct State {
        var heap = TimerHeap<@Sendable () -> Void>()
        var isStarted = false
    }

    private let spawn: ThreadSpawner
    private let state = Mutex(State())
    private let changed = Semaphore()

    /// Makes timers; none is due.
    package init(spawn: @escaping ThreadSpawner) { self.spawn = spawn }

    /// Has a closure called at a moment, in nanoseconds of CLOCK_MONOTONIC.
    package func schedule(at moment: UInt64, _ body: @escaping @Sendable () -> Void) {
        let (isFirst, isEarliest) = state.withLock { state in
            let isEarliest = state.heap.first.map { moment < $0 } ?? true
            state.heap.insert(body, at: moment)
            defer { state.isStarted = true }
            return (!state.isStarted, isEarliest)
        }
        if isEarliest { changed.signal() }
        if isFirst { spawn("uw-timers") { self.serve() } }
    }

    private func serve() -> Never {
        while true {
            guard let next = state.withLock({ $0.heap.first }) else {
                changed.wait()
                continue
            }
            if changed.wait(until: next) { continue }
            while let body = state.withLock({ $0.heap.popFirst(notAfter: next) }) { body() }
        }
    }
}
