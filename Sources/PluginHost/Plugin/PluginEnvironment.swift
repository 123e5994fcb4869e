package import WorkerCore
package import WorkerThreads

/// What a loaded plugin is given to live in.
package struct PluginEnvironment: Sendable {
    /// How many calls may wait.
    package let maxQueue: Int
    /// The time that a cancelled call may run on before the worker is to end; nil for any.
    package let wedgedLimit: TimeSpan?
    /// What bodies, results and lines of streams may hold: no call starts while that is exceeded.
    package let budget: Budget
    /// Hears of what happens.
    package let events: any PluginEvents
    /// The monotonic clock.
    package let clock: @Sendable () -> Moment
    /// Has deadlines kept.
    package let timers: Timers
    /// Starts threads.
    package let spawn: ThreadSpawner
    /// Is told what a plugin's process adds to /health, before it runs any code of the plugin.
    ///
    /// JSON members, each behind a comma. Not to wait.
    package let greeted: @Sendable (String) -> Void
    /// Ends the processes that a plugin's process has left behind; waits for that, for some seconds at most.
    package let endDescendants: @Sendable () -> Void

    /// Makes an environment.
    package init(
        maxQueue: Int, wedgedLimit: TimeSpan? = nil,
        budget: Budget = .unlimited, events: any PluginEvents,
        clock: @escaping @Sendable () -> Moment, timers: Timers,
        spawn: @escaping ThreadSpawner, greeted: @escaping @Sendable (String) -> Void = { _ in },
        endDescendants: @escaping @Sendable () -> Void = {}
    ) {
        self.maxQueue = maxQueue
        self.endDescendants = endDescendants
        self.wedgedLimit = wedgedLimit
        self.budget = budget
        self.events = events
        self.clock = clock
        self.timers = timers
        self.spawn = spawn
        self.greeted = greeted
    }
}
