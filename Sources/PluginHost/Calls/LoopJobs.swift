private import Glibc
internal import Synchronization
internal import WorkerThreads

/// Whether there is something to do for the thread of a loop that takes jobs by itself.
final class LoopJobs: Sendable {
    private let poll = Mutex<EventPoll?>(nil)
    private let thread = Atomic<UInt>(0)
    /// There may be a job to be taken.
    private let hasJobs = Atomic<Bool>(true)

    /// Whether a loop has taken charge; on its thread.
    var isAttached: Bool { thread.load(ordering: .relaxed) != 0 }

    /// The thread that calls takes charge, and waits on the poll from now on.
    func attach(_ poll: EventPoll) {
        self.poll.withLock { $0 = poll }
        thread.store(pthread_self(), ordering: .releasing)
    }

    /// The loop takes no more jobs; on its thread, or on the one that goes on with it.
    func detach() {
        thread.store(0, ordering: .releasing)
        poll.withLock { $0 = nil }
    }

    /// There is a job to be taken; any thread.
    func note() {
        hasJobs.store(true, ordering: .sequentiallyConsistent)
        // The loop looks at the end of its turn.
        if !isOnLoop { poll.withLock { $0 }?.interrupt() }
    }

    /// There is a job to be taken, which concerns no other thread than the loop's.
    func noteIfOnLoop() {
        if isOnLoop { hasJobs.store(true, ordering: .relaxed) }
    }

    private var isOnLoop: Bool { thread.load(ordering: .acquiring) == pthread_self() }

    /// Whether there may be a job to be taken, since this was asked last.
    func takeNote() -> Bool {
        hasJobs.load(ordering: .relaxed)
            && hasJobs.exchange(false, ordering: .sequentiallyConsistent)
    }
}
