internal import CWorkerPlugin
internal import WorkerCalls
internal import WorkerCore

/// The plugin's one instance, of whichever kind it is.
///
/// Functions wait for the plugin; on executors only, but `cancel`.
protocol PluginInstance: Sendable {
    /// The plugin's name, as it says itself; "unknown" if it does not.
    var name: PluginLabel { get }
    /// Its version, likewise.
    var version: PluginLabel { get }
    /// What is to be said of its kind, as names and values: the ABI it was built for, for one.
    var traits: [(name: String, value: String)] { get }
    /// The optional and required functions that it has.
    var functions: [String] { get }
    /// Further members of /health, each behind a comma.
    var health: String { get }
    /// Further members of /stats, likewise; they may change.
    var stats: String { get }
    /// Whether a call that runs can be stopped, as far as is known.
    var isCancellable: Bool { get }
    /// What the plugin shows of itself, where that belongs to no call of its; nil for what calls report.
    var progress: ProgressReport? { get }
    /// What it has shown since a call began, which is UW_NO_CALL for one that has no slot; likewise.
    func progress(of call: uw_call_id) -> ProgressReport?
    /// Whether `cancel` is to be called; otherwise calls look by themselves. Where it is while nothing is
    /// cancellable, the plugin may have learnt it since.
    var hasCancel: Bool { get }
    /// Whether all calls that run are cancelled by one `cancel` with UW_NO_CALL, not by one for each.
    var cancelsAllAsOne: Bool { get }

    /// Where what it says of itself is kept, if it does so by functions of the host table.
    var facts: PluginFacts? { get }
    /// Why it is not fit for calls, as it says itself; nil if it is.
    var unfitness: String? { get }
    /// The headers of requests that calls are to have, in lower case.
    var headerNames: [String] { get }
    /// Its own endpoints; a call for one has its number here.
    var endpoints: [PluginEndpoint] { get }
    /// How many requests for them may run beside calls at once.
    var besideCount: Int { get }

    /// Gives the plugin the configuration of a call; returns why it was refused, if it was.
    func initialize(_ call: Call) -> CallFailure?
    /// Runs the call that a slot has been armed with; the slot hears how it ends.
    func execute(_ call: Call, in slot: CallSlot)
    /// Whether calls go over lanes, so that `begin` takes them.
    var usesLanes: Bool { get }
    /// Takes a lane for the call that a slot has been armed with; does not wait.
    func begin(_ call: Call, in slot: CallSlot) -> LaneCall?
    /// Answers a request for an endpoint: beside calls in the place of that number, or alone.
    ///
    /// - Returns: nil where it is not to be answered.
    func answer(_ call: Call, beside place: Int?) -> CallOutcome?
    /// Asks a call to stop, or with UW_NO_CALL the plugin, where none runs or all are meant; on the control thread, beside the call.
    ///
    /// - Returns: what the client is to hear.
    func cancel(_ call: uw_call_id) -> CancelAnswer
    /// Requests that run beside calls or alone are not waited for any more: their handles say so.
    func giveUp(_ failure: CallFailure, at now: Moment, where isMeant: (Call) -> Bool)
    /// Asks for the schema of the configuration.
    func configSchema() -> Snapshot
    /// Asks for the configuration in force.
    func currentConfig() -> Snapshot
    /// Whether it can say what bodies its requests have.
    var hasBodySchemas: Bool { get }
    /// Asks for that: an object with a JSON Schema for each path.
    func bodySchemas() -> Snapshot
    /// Its own metrics.
    var metrics: PluginMetrics { get }
    /// The process that runs the plugin now, if that is not the worker's.
    var processID: Int32? { get }
    /// Why no call can run at the moment; nil if calls can.
    var absence: String? { get }
    /// Whether the worker is about to end as the plugin did: no call is answered any more.
    var isLost: Bool { get }
    /// Tells `owner` of what happens, also of what has happened.
    func attach(_ owner: any PluginInstanceOwner)
    /// Makes an instance anew that has died; waits for that, and returns also if the worker is to end.
    func restart()
    /// The worker is to end: nothing is made anew any more. Does not wait.
    func willEnd()
    /// Ends a plugin one of whose calls does not end; may wait for some time.
    ///
    /// - Parameters:
    ///   - detail: which call, for the log.
    ///   - tell: is called where the worker is to end as well.
    func endWedged(_ detail: String, tell: () -> Void)
    /// Has the plugin let go of what it acquired.
    func cleanup() -> CallFailure?
    /// The same beside calls that do not end, where that can be done; on a thread of its own.
    func cleanUpBesideCalls() -> CallFailure?
    /// Ends the instance; returns what went wrong, if anything did.
    func destroy() -> String?
}

/// What a plugin without endpoints of its own has no part in.
extension PluginInstance {
    var endpoints: [PluginEndpoint] { [] }
    var besideCount: Int { 0 }
    func answer(_ call: Call, beside place: Int?) -> CallOutcome? { nil }
    func giveUp(_ failure: CallFailure, at now: Moment, where isMeant: (Call) -> Bool) {}
    var facts: PluginFacts? { nil }
    var unfitness: String? { nil }
    var headerNames: [String] { [] }
}

/// What a plugin in the worker's own process has no part in.
extension PluginInstance {
    var traits: [(name: String, value: String)] { [] }
    var usesLanes: Bool { false }
    var processID: Int32? { nil }
    func begin(_ call: Call, in slot: CallSlot) -> LaneCall? { nil }
    var absence: String? { nil }
    var isLost: Bool { false }
    func attach(_ owner: any PluginInstanceOwner) {}
    func restart() {}
    func willEnd() {}
    func cleanUpBesideCalls() -> CallFailure? { nil }
    func endWedged(_ detail: String, tell: () -> Void) { tell() }
}

/// Who hears of the process of an instance; any thread.
protocol PluginInstanceOwner: CallSlotOwner {
    /// The process has died.
    func processDied(_ death: ProcessDeath, _ next: AfterDeath)
    /// A process could not be started in the place of one that died.
    func startFailed(_ reason: String, _ next: AfterDeath)
}
