internal import CPluginGuard
internal import Synchronization
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
    /// Is told what a plugin's process says before it runs any code of the plugin.
    ///
    /// Not to wait.
    package let greeted: @Sendable (Greeting) -> Void
    /// Ends the processes that a plugin's process has left behind; waits for that, for some seconds at most.
    package let endDescendants: @Sendable () -> Void

    /// Makes an environment.
    package init(
        maxQueue: Int, wedgedLimit: TimeSpan? = nil,
        budget: Budget = .unlimited, events: any PluginEvents,
        clock: @escaping @Sendable () -> Moment, timers: Timers,
        spawn: @escaping ThreadSpawner, greeted: @escaping @Sendable (Greeting) -> Void = { _ in },
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

/// What answers say of a plugin before it has been made.
package struct Greeting: Sendable {
    /// Further members of /health, each behind a comma.
    package let health: String
    /// Further members of /stats, likewise.
    package let stats: String
    /// Whether the plugin is going to have routes of hooks.
    package let hasHooks: Bool

    /// Makes one that says what is given.
    package init(health: String = "", stats: String = "", hasHooks: Bool = false) {
        self.health = health
        self.stats = stats
        self.hasHooks = hasHooks
    }
}

/// Who hears of what happens in and around the plugin.
///
/// Any thread; not to wait.
package protocol PluginEvents: Sendable {
    /// The plugin's library is in memory; none of its functions has been called.
    func libraryLoaded()
    /// A call is about to run in the slot of this number, which is below 256.
    func callBegan(slot: Int, id: String, arrival: Moment)
    /// The call in the slot has ended, and `execute` has returned.
    func callEnded(slot: Int)
    /// The plugin wrote a line to the log.
    func pluginLogged(_ level: LogLevel, _ text: String)
    /// The plugin did what the ABI forbids.
    func pluginMisbehaved(_ detail: String, requestID: String?)
    /// The plugin did so in one of its functions, or in a call of one of the worker's; the client of a
    /// call that this concerns is told by its answer, or `pluginMisbehaved` follows.
    func pluginErred(_ mistake: PluginMistake, in function: String, _ detail: String)
    /// A cancelled call has not ended for longer than is allowed: the worker is to end.
    func pluginIsWedged(_ detail: String)
    /// The plugin has called exit: the worker is to end, as its thread waits for that.
    func pluginExited(_ detail: String)
    /// The process of the plugin has died: the worker is to end likewise.
    func pluginDied(_ death: ProcessDeath)
    /// The process of the plugin has died, and is started again after some time, or not at all.
    func processDied(_ death: ProcessDeath, restartsIn pause: TimeSpan?)
    /// Another process runs the plugin.
    func processRestarted()
    /// The plugin says that it is broken for good: the worker is to end.
    func pluginIsBroken(_ detail: String)
}

/// Calls of exit and quick_exit by plugin code, which end the process in order instead.
package enum ProcessExit {
    private static let listener = Mutex<(any PluginEvents)?>(nil)

    /// Has `events` hear of them from now on; the thread that called then waits for ever.
    ///
    /// Nothing of the worker's may call exit any more. Called again once a library is loaded, as
    /// what has registered itself with atexit since is run before.
    package static func watch(_ events: any PluginEvents) {
        listener.withLock { $0 = events }
        unsafe uwg_watch_exit { text in
            let detail = unsafe String(cString: text)
            ProcessExit.listener.withLock { $0 }?.pluginExited(detail)
        }
    }
}
