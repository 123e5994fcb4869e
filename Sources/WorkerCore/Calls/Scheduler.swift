/// Which call runs when: a bounded queue, and the rule of `CallPlace`.
///
/// A pure value, which its owner keeps under a lock; what it says is done outside of that.
///
/// Public, as the compiler specialises generics of another module only if they are public and
/// inlinable; without that a call costs ten thousand instructions more, for metadata.
public struct Scheduler<Job> {
    /// How many jobs may wait, not counting those that could start at once.
    @usableFromInline let capacity: Int
    /// How many shared jobs may run at once.
    public let concurrency: Int
    @usableFromInline var queue = RingQueue<(job: Job, place: CallPlace)>()
    @usableFromInline var isExclusiveRunning = false
    @usableFromInline var refusesJobs = false
    @usableFromInline var runningCount = 0
    /// How many of those that wait are `exclusiveNext`: they take no room from the others.
    @usableFromInline var nextCount = 0

    /// Makes an idle scheduler.
    @inlinable public init(capacity: Int, concurrency: Int) {
        precondition(concurrency >= 1 && capacity >= 0, "limits are checked where they come from")
        self.capacity = capacity
        self.concurrency = concurrency
    }

    /// What waits, in the order in which it will run.
    @inlinable public var waiting: RingQueue<(job: Job, place: CallPlace)> { queue }

    /// Whether no more jobs are taken but the worker's own.
    @inlinable public var isClosed: Bool { refusesJobs }

    /// How many jobs run: handed out by `next`, not yet given back to `finished`.
    @inlinable public var running: Int { runningCount }

    /// How many jobs wait.
    @inlinable public var queued: Int { queue.count }

    /// Whether a call of `next` would hand out a job.
    @inlinable public var canStart: Bool {
        guard let first = queue.first, !isExclusiveRunning else { return false }
        return first.place == .shared ? runningCount < concurrency : runningCount == 0
    }

    /// Takes a job in.
    ///
    /// - Parameters:
    ///   - job: what is to run.
    ///   - place: where it takes its place.
    ///   - isOwn: the worker's own jobs are taken also when the queue is full or closed.
    ///   - ending: how many of the jobs that run no client waits for any more: their places count as
    ///     free already. So as many more than `capacity` may wait as jobs may run, and no more.
    /// - Returns: why not, if not. If taken, ask `canStart` whether to wake an executor.
    @inlinable public mutating func submit(
        _ job: Job, place: CallPlace, isOwn: Bool = false, ending: Int = 0
    ) -> CallRefusal? {
        if !isOwn {
            if refusesJobs { return .closed }
            if place != .exclusiveNext,
                queue.count - nextCount >= capacity + startable(place, ending)
            {
                return .full
            }
        }
        if place == .exclusiveNext {
            queue.prepend((job, place))
            nextCount += 1
        } else {
            queue.append((job, place))
        }
        return nil
    }

    /// How many of the jobs that wait only do so until an executor has taken them.
    @inlinable func startable(_ place: CallPlace, _ ending: Int) -> Int {
        let busy = runningCount - ending
        if isExclusiveRunning && busy > 0 { return 0 }
        if place == .shared { return concurrency - busy }
        return busy == 0 && queue.count == nextCount ? 1 : 0
    }

    /// Hands out the job that is to run now, if there is one.
    @inlinable public mutating func next() -> (job: Job, place: CallPlace)? {
        guard canStart, let taken = queue.popFirst() else { return nil }
        runningCount += 1
        if taken.place == .exclusiveNext { nextCount -= 1 }
        isExclusiveRunning = taken.place != .shared
        return taken
    }

    /// A job that `next` handed out has ended.
    ///
    /// Ask `canStart` then.
    @inlinable public mutating func finished() {
        precondition(runningCount > 0, "only a running job ends")
        runningCount -= 1
        isExclusiveRunning = false
    }

    /// Takes back jobs that wait.
    @inlinable public mutating func withdraw(where condition: (Job) -> Bool) -> [Job] {
        let taken = queue.removeAll { condition($0.job) }
        nextCount -= taken.count { $0.place == .exclusiveNext }
        return taken.map(\.job)
    }

    /// Takes no more jobs but the worker's own.
    @inlinable public mutating func close() { refusesJobs = true }
}

/// Why a call was not taken in.
public enum CallRefusal: Equatable, Sendable {
    /// As many calls wait as may.
    case full
    /// More is held of other calls' bodies and results than may be.
    case noRoom
    /// The worker takes no more calls: it ends.
    case closed
}

/// The rule by which calls take their turn.
///
/// Calls start in the order of their arrival. Exclusive ones (initialize, cleanup) start when
/// nothing runs, and nothing starts beside them, so a plugin is never reconfigured under a call.
public enum CallPlace: Equatable, Sendable {
    /// At the end of the queue; runs beside others as far as the plugin's concurrency allows.
    case shared
    /// At the end of the queue; runs alone.
    case exclusive
    /// Before all that waits, after what runs; runs alone.
    case exclusiveNext
}
