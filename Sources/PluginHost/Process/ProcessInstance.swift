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
        weak var owner: (any PluginInstanceOwner)?
    }

    let name: PluginLabel
    let version: PluginLabel
    private let greeting: String
    var health: String {
        let shown = life.bridge.facts.health
        // Asked for often: a text that is the same costs no copy.
        return shown.isEmpty ? greeting : greeting + shown
    }
    var unfitness: String? { life.bridge.facts.unfitness }
    let headerNames: [String]
    var stats: String { life.bridge.stats }
    let isCancellable: Bool
    var progress: ProgressReport? { life.bridge.progress }
    var hasCancel: Bool { isCancellable }
    var absence: String? { state.withLock { $0.absence } }
    var isLost: Bool { state.withLock { $0.isLost } }

    func progress(of call: uw_call_id) -> ProgressReport? {
        let life = life
        let lanes = call == UW_NO_CALL ? life.lanes.all.prefix(1) : life.lanes.all[...]
        let shown = lanes.lazy.compactMap { $0.shown(before: call) }.first
        return shown.map { life.bridge.progress(since: $0) } ?? ProgressReport.none
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
    let canCancel: Bool
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
        canCancel = introduction.abilities.contains("cancel")
        concurrency = introduction.hello.calls
        canForce = introduction.hello.calls == 1
        greeting = introduction.hello.health
        headerNames = introduction.headerNames
        isCancellable = canCancel || canForce
    }

    // MARK: - Calls

    func execute(_ call: Call, in slot: CallSlot) {
        let handle = unsafe slot.description.pointee.id
        let life = life
        let lane = life.lanes.take()
        defer { life.lanes.giveBack(lane) }
        let number = lane.begin(handle, shown: life.bridge.shown)
        defer { lane.end() }
        do throws(FrameSocket.Failure) {
            try send(call, number, over: lane, as: life.introduction)
            let hook = hook(of: call)
            while try step(slot, handle, number, lane, life, hook) {}
            slot.returned(.done)
        } catch {
            if let failure = failure(of: life) { slot.returned(.failed(failure)) }
        }
    }

    private func send(
        _ call: Call, _ number: UInt64, over lane: Lane, as wish: RunnerBridge.Introduction
    ) throws(FrameSocket.Failure) {
        guard wish.wantsContext else {
            return try unsafe send(call, number, over: lane, as: wish, Self.nothing)
        }
        let context = RequestContext.line(for: call)
        var result: Result<Void, FrameSocket.Failure> = .success(())
        unsafe context.withUnsafeBytes { bytes in
            do throws(FrameSocket.Failure) {
                try unsafe send(call, number, over: lane, as: wish, bytes)
            } catch {
                result = .failure(error)
            }
        }
        try result.get()
    }

    private func send(
        _ call: Call, _ number: UInt64, over lane: Lane, as wish: RunnerBridge.Introduction,
        _ context: UnsafeRawBufferPointer
    ) throws(FrameSocket.Failure) {
        let flags = unsafe context.isEmpty ? 0 : FrameFlag.context
        if case .endpoint(let index, _) = call.kind {
            let request = EndpointRequest(call, endpoints[index])
            return try unsafe request.withParts { parts throws(FrameSocket.Failure) in
                try unsafe lane.socket.send(
                    .endpoint, flags: flags, call: number,
                    context.isEmpty ? parts : [context] + parts)
            }
        }
        let kind: FrameKind = call.kind == .stream ? .stream : .execute
        defer { extendLifetime(call) }
        if wish.hello.wantsWhole {
            let body = unsafe bytes(call.text(0..<call.body.count, orElse: EmptyText.object))
            return try unsafe lane.socket.send(
                kind, flags: flags | FrameFlag.whole, call: number,
                context.isEmpty ? [body] : [context, body])
        }
        let args = unsafe bytes(call.text(call.args, orElse: EmptyText.array))
        let kwargs = unsafe bytes(call.text(call.kwargs, orElse: EmptyText.object))
        try unsafe lane.socket.send(
            kind, flags: flags, call: number,
            context.isEmpty
                ? [Self.open, args, Self.comma, kwargs, Self.close]
                : [context, Self.open, args, Self.comma, kwargs, Self.close])
    }

    /// Takes the next frame of a call; false where it was the last.
    private func step(
        _ slot: CallSlot, _ handle: uw_call_id, _ number: UInt64, _ lane: Lane,
        _ life: Incarnation, _ hook: LifecycleHook?
    ) throws(FrameSocket.Failure) -> Bool {
        var mayFlush = false
        let goesOn = try unsafe lane.socket.receive { head, payload -> Bool in
            if let hook, let text = EndpointRequest.wording(of: head, for: hook) {
                unsafe Array(text.utf8).withUnsafeBytes { body in
                    _ = unsafe slot.finish(handle, uw_status(UW_OK), body)
                }
                return false
            }
            switch FrameKind(rawValue: head.kind) {
            case .lines:
                unsafe emit(payload, slot, handle)
                mayFlush = head.flags & FrameFlag.fast != 0
                return true
            case .state:
                unsafe life.bridge.report(head, payload)
                return true
            case .result: _ = unsafe slot.finish(handle, uw_status(UW_OK), payload)
            case .error: _ = unsafe slot.finish(handle, head.status, payload)
            case .answer:
                let (own, body) = unsafe OwnAnswer.read(payload)
                _ = unsafe slot.finish(handle, uw_status(UW_OK), body, own)
            case .cancelled:
                _ = unsafe slot.finish(handle, uw_status(UW_CANCELLED), Self.nothing)
            default:
                return true  // what a later runner may say beside
            }
            return false
        }
        // Lines are held back at the other end: they are asked for if no more come by themselves.
        if mayFlush, !lane.socket.isReadable(within: 1) {
            life.process.tell(.flush, lane: lane.number, call: number)
        }
        return goesOn
    }

    /// Hands on lines until no more are wanted; those behind are read and dropped.
    private func emit(_ lines: UnsafeRawBufferPointer, _ slot: CallSlot, _ handle: uw_call_id) {
        var start = 0
        while start < lines.count {
            let end = unsafe lines[start...].firstIndex(of: UInt8(ascii: "\n")) ?? lines.count
            let line = unsafe UnsafeRawBufferPointer(rebasing: lines[start..<end])
            guard unsafe slot.emit(handle, line, as: .pythonLine) == UW_OK else { return }
            start = end + 1
        }
    }

    /// What clients of calls are told whose process is gone; nil where they are told nothing.
    ///
    /// A lane breaks before the end of the process can be known.
    private func failure(of life: Incarnation) -> CallFailure? {
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

    private func hook(of call: Call) -> LifecycleHook? {
        guard case .endpoint(let index, _) = call.kind,
            case .hook(let hook) = endpoints[index].target
        else { return nil }
        return hook
    }

    func answer(_ call: Call, beside place: Int?) -> CallOutcome? {
        let (life, absence) = state.withLock { ($0.life, $0.absence) }
        if let absence, place != nil {
            // No queue holds it until there is a process again.
            return isLost ? nil : .failure(CallFailure(.unavailable, "restarting: \(absence)"))
        }
        let lane = place.map { life.besides[$0] } ?? life.lanes.all[0]
        let number = lane.begin(uw_call_id(UW_NO_CALL), shown: life.bridge.shown)
        do throws(FrameSocket.Failure) {
            try send(call, number, over: lane, as: life.introduction)
            while true {
                var outcome: CallOutcome?
                try unsafe lane.socket.receive { head, payload in
                    if head.kind == FrameKind.state.rawValue {
                        unsafe life.bridge.report(head, payload)
                    }
                    outcome = unsafe EndpointRequest.outcome(head, payload, hook(of: call))
                }
                if let outcome { return outcome }
            }
        } catch {
            return failure(of: life).map { .failure($0) }
        }
    }

    // MARK: - What runs beside nothing

    func initialize(_ call: Call) -> CallFailure? {
        let config = unsafe bytes(call.text(call.args, orElse: EmptyText.object))
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

    // MARK: - Texts

    nonisolated(unsafe) private static let open = unsafe constant("[")
    nonisolated(unsafe) private static let comma = unsafe constant(",")
    nonisolated(unsafe) private static let close = unsafe constant("]")
    nonisolated(unsafe) private static let nothing = unsafe UnsafeRawBufferPointer(
        start: nil, count: 0)
}

/// The bytes of a text, which is never freed.
private func constant(_ text: StaticString) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
}

private func bytes(_ text: uw_text) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: text.data, count: text.length)
}
