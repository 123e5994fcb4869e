/// Which call runs when: a bounded queue, and the rule of `CallPlace`.
///
/// A pure value: the plugin host keeps it under a lock, asks it, and acts on the answer outside.
package struct Scheduler<Job> {
    /// How many jobs may wait, not counting those that could start at once.
    @usableFromInline let capacity: Int
    /// How many shared jobs may run at once.
    @usableFromInline package let concurrency: Int
    /// What waits, in the order in which it will run.
    @usableFromInline package internal(set) var waiting = RingQueue<(job: Job, place: CallPlace)>()
    @usableFromInline var isExclusiveRunning = false
    /// Whether no more jobs are taken but the worker's own.
    @usableFromInline package internal(set) var isClosed = false
    /// How many jobs run: handed out by `next`, not yet given back to `finished`.
    @usableFromInline package internal(set) var running = 0

    /// Makes an idle scheduler.
    @inlinable package init(capacity: Int, concurrency: Int) {
        precondition(concurrency >= 1 && capacity >= 0, "limits are checked where they come from")
        self.capacity = capacity
        self.concurrency = concurrency
    }

    /// How many jobs wait.
    @inlinable package var queued: Int { waiting.count }

    /// Whether a call of `next` would hand out a job.
    @inlinable package var canStart: Bool {
        guard let first = waiting.first, !isExclusiveRunning else { return false }
        return first.place == .shared ? running < concurrency : running == 0
    }

    /// Takes a job in.
    ///
    /// - Parameters:
    ///   - job: what is to run.
    ///   - place: where it takes its place.
    ///   - isOwn: the worker's own jobs are taken also when the queue is full or closed.
    /// - Returns: why not, if not. If taken, ask `canStart` whether to wake an executor.
    @inlinable package mutating func submit(_ job: Job, place: CallPlace, isOwn: Bool = false)
        -> CallRefusal?
    {
        if !isOwn {
            if isClosed { return .closed }
            if place != .exclusiveNext, waiting.count >= capacity + startable(place) {
                return .full
            }
        }
        if place == .exclusiveNext {
            waiting.prepend((job, place))
        } else {
            waiting.append((job, place))
        }
        return nil
    }

    /// How many of the jobs that wait only do so until an executor has taken them.
    @inlinable func startable(_ place: CallPlace) -> Int {
        if isExclusiveRunning { return 0 }
        return place == .shared ? concurrency - running : running == 0 && waiting.isEmpty ? 1 : 0
    }

    /// Hands out the job that is to run now, if there is one.
    @inlinable package mutating func next() -> Job? {
        guard canStart, let (job, place) = waiting.popFirst() else { return nil }
        running += 1
        isExclusiveRunning = place != .shared
        return job
    }

    /// A job that `next` handed out has ended.
    ///
    /// Ask `canStart` then.
    @inlinable package mutating func finished() {
        precondition(running > 0, "only a running job ends")
        running -= 1
        isExclusiveRunning = false
    }

    /// Takes back jobs that wait.
    @inlinable package mutating func withdraw(where condition: (Job) -> Bool) -> [Job] {
        waiting.removeAll { condition($0.job) }.map(\.job)
    }

    /// Takes no more jobs but the worker's own.
    @inlinable package mutating func close() { isClosed = true }
}
