private import CThreads
internal import Synchronization
internal import WorkerCore

/// Watches the thread of a loop while it runs foreign code that has promised to be brief.
///
/// Where that code blocks for a millisecond, computes for two, or ends the thread, the thread that stands
/// by goes on with the loop in its place; that happens once. A thread that only waits for a processor
/// breaks no promise. While no foreign code runs, the thread that stands by sleeps.
package final class StandBy: Sendable {
    /// How often the thread is looked at; two looks that find it in the same code decide.
    private static let interval = TimeSpan.milliseconds(1)
    /// The processor time after which code is not brief: less is also what a busy host of virtual machines
    /// takes away, which counts as the thread's.
    private static let mostUsed = TimeSpan.milliseconds(2)
    /// After so many looks at a thread that runs none of that code, it is not looked at any more.
    private static let mostIdleLooks = 10
    private static let taken = UInt64.max - 1

    /// Counts each beginning and each end, odd while foreign code runs; `taken` in the end.
    private let turn = Atomic<UInt64>(0)
    private let thread = Atomic<Int32>(0)
    private let isAsleep = Atomic<Bool>(false)
    private let work = Semaphore()

    package init() {}

    /// Has the thread that calls watched from now on; once.
    ///
    /// - Parameters:
    ///   - spawn: starts the thread that stands by.
    ///   - takeOver: called on that thread, once, if it is to go on in the place of the one that calls.
    /// - Returns: false where no thread can be had.
    package func watch(
        spawn: ThreadSpawner, takeOver: @escaping @Sendable () -> Void
    ) -> Bool {
        thread.store(cthreads_self(), ordering: .relaxed)
        return spawn("uw-standby") {
            self.standBy()
            takeOver()
        }
    }

    /// Foreign code is about to run; on the thread that is watched.
    package func begin() {
        // Sequentially consistent, as `isAsleep`: one of the two threads sees the other.
        turn.wrappingAdd(1, ordering: .sequentiallyConsistent)
        if isAsleep.load(ordering: .sequentiallyConsistent),
            isAsleep.exchange(false, ordering: .relaxed)
        {
            work.signal()
        }
    }

    /// It has returned; on the same thread.
    ///
    /// - Returns: false where another thread goes on: this one is not to touch what belongs to the loop.
    package func end() -> Bool {
        let running = turn.load(ordering: .relaxed)
        return running != Self.taken
            && turn.compareExchange(
                expected: running, desired: running + 1, ordering: .acquiringAndReleasing
            ).exchanged
    }

    /// Waits until the thread that is watched has to be replaced, and nothing of the loop is its any more.
    private func standBy() {
        var (last, idle) = (UInt64(0), 0)
        /// What the thread had used of a processor when it was first seen where it still is, and last.
        var used: (first: UInt64, last: UInt64)?
        while true {
            _ = work.wait(until: .now() + Self.interval)
            let turn = turn.load(ordering: .acquiring)
            idle = turn == last && turn % 2 == 0 ? idle + 1 : 0
            if turn % 2 == 0 || turn != last { used = nil }
            last = turn
            if turn % 2 == 1, isStuck(since: &used),
                self.turn.compareExchange(
                    expected: turn, desired: Self.taken, ordering: .acquiringAndReleasing
                ).exchanged
            {
                return
            }
            if idle > Self.mostIdleLooks { sleep(last) }
        }
    }

    private func isStuck(since used: inout (first: UInt64, last: UInt64)?) -> Bool {
        var now: UInt64 = 0
        let state = unsafe cthreads_look(thread.load(ordering: .relaxed), &now)
        guard state >= 0 else { return true }
        let (first, last) = used ?? (now, .max)
        used = (first, now)
        return now - first >= UInt64(Self.mostUsed.nanoseconds)
            || now == last && state != UInt8(ascii: "R")
    }

    private func sleep(_ last: UInt64) {
        isAsleep.store(true, ordering: .sequentiallyConsistent)
        if turn.load(ordering: .sequentiallyConsistent) == last {
            work.wait()
        } else {
            isAsleep.store(false, ordering: .relaxed)
        }
    }
}
