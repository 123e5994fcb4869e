package import WorkerThreads

/// What a plugin host is given to live in.
package struct HostEnvironment: Sendable {
    /// How many calls may wait.
    package let maxQueue: Int
    /// Nanoseconds that a cancelled call may run on before the worker is to end; nil for any.
    package let wedgedLimit: UInt64?
    /// What bodies, results and lines of streams may hold: no call starts while that is exceeded.
    package let budget: Budget
    /// Hears of what happens.
    package let events: any HostEvents
    /// Nanoseconds of CLOCK_MONOTONIC.
    package let clock: @Sendable () -> UInt64
    /// Has deadlines kept.
    package let timers: Timers
    /// Starts threads.
    package let spawn: ThreadSpawner

    /// Makes an environment.
    package init(
        maxQueue: Int, wedgedLimit: UInt64? = nil,
        budget: Budget = .unlimited, events: any HostEvents,
        clock: @escaping @Sendable () -> UInt64, timers: Timers,
        spawn: @escaping ThreadSpawner
    ) {
        self.maxQueue = maxQueue
        self.wedgedLimit = wedgedLimit
        self.budget = budget
        self.events = events
        self.clock = clock
        self.timers = timers
        self.spawn = spawn
    }
}
