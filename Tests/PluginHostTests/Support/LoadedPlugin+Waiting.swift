import PluginHost
import TestSupport
import WorkerCore
import WorkerThreads

extension LoadedPlugin {
    /// How many calls run, and how many wait.
    var load: (running: Int, queued: Int) {
        let health = health
        return (health.running, health.queued)
    }
}

/// The ends that the worker hears of by event, waited for.
extension LoadedPlugin {
    /// Waits until no call runs or waits; false where that takes too long.
    func waitUntilIdle(until deadline: Moment) -> Bool {
        let isIdle = Semaphore()
        whenIdle { isIdle.signal() }
        return isIdle.wait(until: deadline)
    }

    /// Runs cleanup and destroy, and waits for both; false where that takes too long.
    func end(until deadline: Moment) -> Bool {
        let hasEnded = Semaphore()
        end { hasEnded.signal() }
        return hasEnded.wait(until: deadline)
    }
}
