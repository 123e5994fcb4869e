internal import CWorkerPlugin
internal import Synchronization
package import WorkerCalls
package import WorkerCore
internal import WorkerJSON
internal import WorkerThreads

/// A loaded plugin: takes calls, runs them on executors, and answers from snapshots meanwhile.
///
/// All methods are safe from any thread. None waits for plugin code except those that say so.
package final class LoadedPlugin: Sendable {
    struct State {
        var scheduler: Scheduler<Job>
        var freeSlots: [CallSlot]
        var executors = 1
        var idleExecutors = 0
        /// What the loop's thread has left to executors.
        var handed = RingQueue<Handed>()
        /// There is a loop, whose thread takes the jobs that find no executor at work.
        var isOnLoop = false
        var isRefreshQueued = false
        /// The job that runs is the worker's own.
        var isOwnRunning = false
        /// Something has run since the last cleanup that went well.
        var needsCleanup = true
        var whenIdle: (@Sendable () -> Void)?
        /// The initialize or cleanup that runs and has not been answered.
        var alone: Call?
        var beside: Beside
    }

    let instance: any PluginInstance
    let slots: [CallSlot]
    let state: Mutex<State>
    let work = Semaphore()
    /// What the loop's thread reads by itself; nil for a plugin without lanes.
    let lanes: LaneLoop?
    /// Wakes the threads of `LoadedPlugin+Beside`.
    let besideWork = Semaphore()
    /// How many idle executors have been given a job, and are still to be woken.
    let promised = Atomic<Int>(0)
    let spawn: ThreadSpawner
    let events: any PluginEvents
    let desk: CancelDesk
    let timers: Timers
    let clock: @Sendable () -> Moment
    let wedgedLimit: TimeSpan?
    let budget: Budget
    private let maxQueue: Int
    /// How often the plugin's process has died, and was started again.
    let deaths = Atomic<UInt64>(0)
    let restarts = Atomic<UInt64>(0)
    /// Cancelled calls are looked at in some seconds.
    let isWatched = Atomic<Bool>(false)
    /// The plugin has said that it is broken for good.
    let isBroken = Atomic<Bool>(false)
    private let schemaSnapshot: Mutex<Snapshot>
    private let configSnapshot: Mutex<Snapshot>
    private let schemas = Mutex(BodySchemas())
    /// The index of the slot of the call that started last.
    let newestSlot = Atomic<Int>(-1)
    private let lastReport = Mutex(ProgressReport.none)

    /// Takes charge of an instance; on its first executor, which has created it.
    init(
        _ instance: any PluginInstance, slots: [CallSlot], _ environment: PluginEnvironment
    ) {
        self.instance = instance
        self.slots = slots
        lanes = instance.usesLanes ? LaneLoop() : nil
        events = environment.events
        spawn = environment.spawn
        clock = environment.clock
        wedgedLimit = environment.wedgedLimit
        budget = environment.budget
        maxQueue = environment.maxQueue
        timers = environment.timers
        let scheduler = Scheduler<Job>(
            capacity: environment.maxQueue, concurrency: slots.count)
        state = Mutex(
            State(
                scheduler: scheduler, freeSlots: slots,
                beside: Beside(count: instance.besideCount)))
        desk = CancelDesk(instance, environment)
        schemaSnapshot = Mutex(.empty)
        configSnapshot = Mutex(.empty)
        for slot in slots { slot.owner.withLock { $0 = self } }
        instance.attach(self)
        takeSnapshots()
    }

    /// The plugin's name, as it says itself; "unknown" if it does not.
    package var name: PluginLabel { instance.name }
    /// The plugin's version, as it says itself; "unknown" if it does not.
    package var version: PluginLabel { instance.version }
    /// The headers of requests that calls are to have, in lower case.
    package var headerNames: [String] { instance.headerNames }
    /// Further members of /stats, each behind a comma.
    package var stats: String { instance.stats }
    /// The plugin's own endpoints; a call for one has its number here.
    package var endpoints: [PluginEndpoint] { instance.endpoints }
    /// Whether it has hooks, or a host that knows them has started it.
    package var hasHooks: Bool {
        endpoints.contains { if case .hook = $0.target { true } else { false } }
    }
    /// The JSON Schema of the configuration, as of the last create or initialize.
    package var configSchema: Snapshot { schemaSnapshot.withLock { $0 } }
    /// The configuration in force, as of the last create or initialize.
    package var currentConfig: Snapshot { configSnapshot.withLock { $0 } }
    /// What bodies the plugin's requests have, as it has said when it had been made.
    package var bodySchemas: BodySchemas { schemas.withLock { $0 } }

    /// How far the newest call is, if it runs; otherwise what a call has last reported.
    package var progress: ProgressReport {
        if let progress = instance.progress { return progress }
        let index = newestSlot.load(ordering: .relaxed)
        return slots.first { $0.index == index }?.liveProgress ?? lastReport.withLock { $0 }
    }

    /// The process that runs the plugin at the moment, if that is not the worker's.
    package var processID: Int32? { instance.processID }

    /// What /metrics says of the plugin; the processes are the caller's to read.
    package var metrics: Scrape.Plugin {
        var plugin = Scrape.Plugin()
        plugin.health = health
        (plugin.concurrency, plugin.maxQueue) = (slots.count, maxQueue)
        (plugin.deaths, plugin.restarts) = (
            deaths.load(ordering: .relaxed), restarts.load(ordering: .relaxed)
        )
        instance.metrics.write(to: &plugin)
        return plugin
    }

    /// Takes a call in; its client hears of the outcome.
    ///
    /// - Parameters:
    ///   - call: what is to run.
    ///   - startsLater: no executor is woken before `startCalls`, which comes soon: a thread that
    ///     submits several calls in a row is not interrupted for each of them.
    /// - Returns: why it was not taken, if it was not: the client then hears nothing.
    package func submit(_ call: Call, startsLater: Bool = false) -> CallRefusal? {
        if call.kind.needsRoom, budget.isFull { return .noRoom }
        guard let deadline = call.deadline else {
            return take(call, startsLater: startsLater)
        }
        guard !isOverdue(call) else {
            // Its body took too long to come: it does not start.
            call.end(with: .deadlinePassed)
            return nil
        }
        let refusal = take(call, startsLater: startsLater)
        if refusal == nil { enforce(deadline, of: call) }
        return refusal
    }

    /// Takes a call in that no deadline has passed of.
    private func take(_ call: Call, startsLater: Bool) -> CallRefusal? {
        call.kind.place == nil
            ? submitBeside(call) : submit(.call(call), isOwn: false, startsLater: startsLater)
    }

    /// Takes no more calls, and ends those that wait.
    package func close(_ failure: CallFailure) {
        instance.willEnd()
        let withdrawn = state.withLock { state in
            state.scheduler.close()
            return state.scheduler.withdraw { if case .call = $0 { true } else { false } }
        }
        end(withdrawn, with: failure)
        withdrawBeside(failure)
    }

    /// Asks the plugin for its schema and configuration; on an executor, between calls.
    func takeSnapshots() {
        let schema = instance.configSchema()
        let config = instance.currentConfig()
        for failure in [schema.failure, config.failure].compactMap(\.self) {
            events.pluginMisbehaved(failure.detail, requestID: nil)
        }
        // The former snapshots die outside of the locks.
        _ = schemaSnapshot.withLock { exchange(&$0, schema) }
        _ = configSnapshot.withLock { exchange(&$0, config) }
    }
}

extension LoadedPlugin {
    /// Has the first executor, which is not yet at work, ask for the schemas of bodies.
    ///
    /// Beside the start of the server, which does not wait for that.
    func describe() {
        guard instance.hasBodySchemas else { return }
        let refusal = state.withLock { state in
            state.scheduler.submit(.describe, place: Job.describe.place, isOwn: true)
        }
        precondition(refusal == nil, "the worker's own jobs are taken")
    }

    /// Asks for the schemas of bodies; on an executor, between calls.
    func takeBodySchemas() {
        guard instance.hasBodySchemas else { return }
        let (asked, problem) = BodySchemas.read(instance.bodySchemas(), of: endpoints)
        if let problem { events.pluginMisbehaved(problem, requestID: nil) }
        _ = schemas.withLock { exchange(&$0, asked) }
    }

    /// Puts a failure in the place of what a function did not leave, if it is one of those two.
    func spoilSnapshot(_ function: String, _ failure: CallFailure) {
        switch function {
        case "config_schema": _ = schemaSnapshot.withLock { exchange(&$0, Snapshot(failure)) }
        case "current_config": _ = configSnapshot.withLock { exchange(&$0, Snapshot(failure)) }
        default: break
        }
    }
}

extension LoadedPlugin {
    /// The plugin ABI that the worker speaks.
    package static var abi: String { "\(UW_ABI_MAJOR).\(UW_ABI_MINOR)" }
}

extension LoadedPlugin: CallSlotOwner {
    func callReported(_ report: ProgressReport) {
        _ = lastReport.withLock { exchange(&$0, report) }
    }

    var now: Moment { clock() }

    func collectLater(from slot: CallSlot, in delay: TimeSpan) {
        timers.schedule(at: clock() + delay) { slot.collect() }
    }

    func slotIsFree(_ slot: CallSlot) {
        events.callEnded(slot: slot.index)
        finished { $0.freeSlots.append(slot) }
    }

    func pluginFailed(_ failure: CallFailure, requestID: String) {
        if failure.reason == .fatal {
            isBroken.store(true, ordering: .relaxed)
            events.pluginIsBroken(failure.detail)
        } else {
            events.pluginMisbehaved(failure.detail, requestID: requestID)
        }
    }
}

extension LoadedPlugin: HostTableListener {
    func erred(_ mistake: PluginMistake, in function: String, _ detail: String) {
        events.pluginErred(mistake, in: function, detail)
    }

    func log(_ level: LogLevel, _ text: String) { events.pluginLogged(level, text) }

    var facts: PluginFacts? { instance.facts }

    func configChanged() {
        let isNew = state.withLock { state in
            defer { state.isRefreshQueued = true }
            return !state.isRefreshQueued
        }
        if isNew { _ = submit(.refresh, isOwn: true) }
    }
}
