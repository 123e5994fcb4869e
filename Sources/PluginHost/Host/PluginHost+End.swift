internal import Synchronization
internal import WorkerCore
internal import WorkerThreads

/// The end of a plugin; called in this order, by one thread.
extension PluginHost {
    /// Waits until no call runs or waits.
    ///
    /// The host has been closed before.
    ///
    /// - Parameter deadline: nanoseconds of CLOCK_MONOTONIC.
    /// - Returns: whether that is so.
    package func waitUntilIdle(until deadline: UInt64) -> Bool {
        let isIdle = Semaphore()
        let isIdleNow = state.withLock { state in
            state.idleWaiter = isIdle
            return state.scheduler.running == 0 && state.scheduler.queued == 0
        }
        return isIdleNow || isIdle.wait(until: deadline)
    }

    /// Runs cleanup, unless one has gone well with nothing after it, and destroy.
    ///
    /// - Parameter deadline: nanoseconds of CLOCK_MONOTONIC.
    /// - Returns: whether both have returned. The plugin is gone then, and takes no more calls.
    package func end(until deadline: UInt64) -> Bool {
        let isDone = Semaphore()
        let needsCleanup = state.withLock { $0.needsCleanup }
        _ = submit(.end(cleanup: needsCleanup) { isDone.signal() }, isOwn: true)
        guard isDone.wait(until: deadline) else { return false }
        SlotRegistry.giveBack(slots)
        return true
    }
}
