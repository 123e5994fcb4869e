internal import CWorkerPlugin
private import Glibc
internal import Synchronization
internal import WorkerCalls
internal import WorkerCore
internal import WorkerJSON
internal import WorkerThreads

/// The instance of a plugin in a process of its own.
///
/// An executor sends its call over a lane, and reads the lane until the call has ended: so a slow
/// client holds back its own call, and no other. What runs beside nothing goes over lane 0, that
/// of the runner's main thread.
///
/// When the process dies, the worker ends likewise, and no call is answered: its client sees the end
/// of its connection, as with a plugin in the worker's own process. Or another process is started,
/// see `restart`: then calls are answered with the cause.
final class ProcessInstance: PluginInstance {
    struct State {
        /// The process that runs the plugin, or did.
        var life: Incarnation
        /// Why no call can run; nil while the process serves.
        var absence: String?
        /// The worker is about to end as the process did.
        var isLost = false
        /// The worker ends: nothing is started any more.
        var isEnding = false
        /// When the next process is started.
        var nextStart: Moment?
        /// The process that is being started in the place of `life`.
        var starting: Runner?
        var policy = RestartPolicy()
        /// The last configuration that the plugin took, if another process may need it.
        var configuration: [UInt8]?
        /// Until the plugin has been destroyed; no weak reference, as in `RequestPlace`.
        var owner: (any PluginInstanceOwner)?
    }

    let name: PluginLabel
    let version: PluginLabel
    let functions: [String]
    private let greeting: String
    var health: String {
        let shown = life.bridge.facts.health
        // Asked for often: a text that is the same costs no copy.
        return shown.isEmpty ? greeting : greeting + shown
    }
    var unfitness: String? { life.bridge.facts.unfitness }
    let headerNames: [String]
    var stats: String { life.bridge.stats }
    var isCancellable: Bool { canCancel || canForce }
    var progress: ProgressReport? { life.bridge.progress }
    /// Each is asked for again when it is used: the runner looks.
    var hasCancel: Bool { true }
    var cancelsAllAsOne: Bool { canCancel && !canForce }
    var absence: String? { state.withLock { $0.absence } }
    var isLost: Bool { state.withLock { $0.isLost } }
    var metrics: PluginMetrics { life.bridge.metrics }
    var processID: Int32? {
        state.withLock { $0.absence == nil ? $0.life.runner.number : nil }
    }

    func progress(of call: uw_call_id) -> ProgressReport? {
        let life = life
        let lanes = call == UW_NO_CALL ? life.lanes.all.prefix(1) : life.lanes.all[...]
        // Each lane is looked at once (`lazy` would look twice): the call may end meanwhile.
        for lane in lanes {
            if let shown = lane.shown(before: call) { return life.bridge.progress(since: shown) }
        }
        return ProgressReport.none
    }

    /// How many calls may run at once.
    let concurrency: Int
    let besideCount: Int
    let endpoints: [PluginEndpoint]
    let plan: PythonPlan
    let environment: PluginEnvironment
    let state: Mutex<State>
    /// Signalled when the worker ends, to cut a pause before a start short.
    let ending = Semaphore()
    /// Whether the plugin had a cancel when it was made, or has had one since.
    var canCancel: Bool { mayCancel.load(ordering: .relaxed) }
    let mayCancel: Atomic<Bool>
    /// Whether a call can be ended without the plugin's help: only on the main thread.
    let canForce: Bool

    var life: Incarnation { state.withLock { $0.life } }

    /// Starts the runner, and waits until it has made the plugin.
    init(
        starting plan: PythonPlan, in environment: PluginEnvironment
    ) throws(LoadFailure) {
        let life = try Incarnation(of: plan, in: environment)
        let introduction = life.introduction
        self.plan = plan
        self.environment = environment
        state = Mutex(State(life: life))
        besideCount = life.besides.count
        endpoints = introduction.endpoints
        name = introduction.name
        version = introduction.version
        functions = introduction.abilities
        mayCancel = Atomic(introduction.abilities.contains("cancel"))
        concurrency = introduction.hello.calls
        canForce = introduction.hello.calls == 1
        greeting = introduction.hello.greeting.health
        headerNames = introduction.headerNames
    }

    // MARK: - Calls

    func execute(_ call: Call, in slot: CallSlot) { LaneCall(call, in: slot, of: self).run() }

    func begin(_ call: Call, in slot: CallSlot) -> LaneCall? { LaneCall(call, in: slot, of: self) }

    var usesLanes: Bool { true }

    /// What clients of calls are told whose process is gone; nil where they are told nothing.
    ///
    /// A lane breaks before the end of the process can be known.
    func failure(of life: Incarnation) -> CallFailure? {
        if !life.bridge.waitForEnd(until: environment.clock() + Self.patience) {
            life.runner.kill("it has closed the connection of a call")
            life.bridge.waitForEnd(until: environment.clock() + Self.patience)
        }
        guard !isLost else { return nil }
        return .misbehaviour(life.death.cause)
    }

    /// The time that a process whose lane has broken has to be gone.
    private static let patience = TimeSpan.seconds(5)

    // MARK: - Endpoints

    func answer(_ call: Call, beside place: Int?) -> CallOutcome? {
        let (life, absence) = state.withLock { ($0.life, $0.absence) }
        if let absence, place != nil {
            // No queue holds it until there is a process again.
            return isLost ? nil : .failure(CallFailure(.unavailable, "restarting: \(absence)"))
        }
        let lane = place.map { life.besides[$0] } ?? life.lanes.all[0]
        let number = lane.begin(uw_call_id(UW_NO_CALL), shown: life.bridge.shown)
        do throws(FrameSocket.Failure) {
            let frame = CallFrame(call, as: life.introduction, endpoints)
            try frame.send(number, over: lane.socket)
            while true {
                var outcome: CallOutcome?
                try unsafe lane.socket.receive { head, payload in
                    if head.kind == FrameKind.state.rawValue {
                        unsafe life.bridge.report(head, payload)
                    }
                    outcome = unsafe EndpointRequest.outcome(head, payload, frame.hook)
                }
                if let outcome { return outcome }
            }
        } catch {
            return failure(of: life).map { .failure($0) }
        }
    }

    // MARK: - What runs beside nothing

    func initialize(_ call: Call) -> CallFailure? {
        let config = unsafe call.bytes(call.args, orElse: EmptyText.object)
        defer { extendLifetime(call) }
        let failure = unsafe ask(.initialize, config)
        if failure == nil, plan.onCrash == .restart {
            let copy = unsafe Array(config)
            state.withLock { $0.configuration = copy }
        }
        return failure
    }

    func cleanup() -> CallFailure? {
        // Where there is no process there is nothing to clean up.
        let failure = absence == nil ? unsafe ask(.cleanup, Self.nothing) : nil
        if failure == nil { state.withLock { $0.configuration = nil } }
        return failure
    }

    func configSchema() -> Snapshot { snapshot(.configSchema, "get_config_schema") }
    func currentConfig() -> Snapshot { snapshot(.currentConfig, "get_current_config") }

    var hasBodySchemas: Bool { life.introduction.hello.tellsSchemas }
    func bodySchemas() -> Snapshot { snapshot(.bodySchemas, "body schemas") }

    private func snapshot(_ kind: FrameKind, _ name: String) -> Snapshot {
        var json = ByteBuffer()
        var problem: CallFailure?
        let failure = unsafe ask(kind, Self.nothing) { payload in
            do throws(JSONAppendError) {
                let root = try unsafe json.appendJSON(payload, as: .value)
                if root != .object {
                    problem = .misbehaviour("the plugin's \(name) returned \(root), not an object")
                }
            } catch {
                problem = .refusedJSON("what the plugin's \(name) returned is not JSON", error)
            }
        }
        if let failure = failure ?? problem { return Snapshot(failure) }
        return Snapshot(json)
    }

    /// Asks something of the main thread, and waits for the answer; returns why there is none.
    private func ask(
        _ kind: FrameKind, _ payload: UnsafeRawBufferPointer,
        _ use: (UnsafeRawBufferPointer) -> Void = { _ in }
    ) -> CallFailure? {
        let life = life
        switch unsafe life.ask(kind, payload, use) {
        case .done: return nil
        case .failed(let failure): return failure
        case .gone: return failure(of: life) ?? .misbehaviour("the plugin's process is gone")
        }
    }

    nonisolated(unsafe) static let nothing = unsafe UnsafeRawBufferPointer(
        start: nil, count: 0)
}
