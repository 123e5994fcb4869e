internal import CWorkerPlugin
private import Glibc
internal import WorkerCore
internal import WorkerJSON
internal import WorkerThreads

/// The instance of a plugin in a process of its own.
///
/// An executor sends its call over a lane, and reads the lane until the call has ended: so a slow
/// client holds back its own call, and no other. What runs beside nothing goes over lane 0, that
/// of the runner's main thread.
final class ProcessInstance: PluginInstance {
    /// How calls are stopped.
    struct Stopping: Sendable {
        /// The time between the plugin's own cancel and the force.
        var grace: TimeSpan
        var clock: @Sendable () -> Moment
        var timers: Timers
    }

    let name: PluginLabel
    let version: PluginLabel
    let health: String
    var stats: String { bridge.stats }
    let isCancellable: Bool
    var progress: ProgressReport? { bridge.progress }
    var hasCancel: Bool { isCancellable }

    func progress(of call: uw_call_id) -> ProgressReport? {
        let lanes = call == UW_NO_CALL ? lanes.all.prefix(1) : lanes.all[...]
        let shown = lanes.lazy.compactMap { $0.shown(before: call) }.first
        return shown.map { bridge.progress(since: $0) } ?? ProgressReport.none
    }

    /// How many calls may run at once.
    var concurrency: Int { lanes.all.count }

    private let process: RunnerProcess
    private let bridge: RunnerBridge
    private let lanes: Lanes
    /// For what runs beside calls, one for each place.
    private let besides: [Lane]
    let endpoints: [PluginEndpoint]
    var besideCount: Int { besides.count }
    private let stopping: Stopping
    private let canCancel: Bool
    private let wantsWhole: Bool
    /// Whether a call can be ended without the plugin's help: only on the main thread.
    private let canForce: Bool

    init(
        _ process: RunnerProcess, _ bridge: RunnerBridge,
        _ introduction: RunnerBridge.Introduction, _ stopping: Stopping
    ) {
        self.process = process
        self.bridge = bridge
        self.stopping = stopping
        process.keepLanes(introduction.hello.calls + introduction.hello.beside)
        lanes = Lanes(Array(process.lanes.prefix(introduction.hello.calls)))
        besides = process.lanes.enumerated().dropFirst(introduction.hello.calls).map {
            Lane(number: $0.offset, socket: $0.element)
        }
        endpoints = introduction.endpoints
        health = introduction.hello.health
        wantsWhole = introduction.hello.wantsWhole
        name = introduction.name
        version = introduction.version
        canCancel = introduction.abilities.contains("cancel")
        canForce = introduction.hello.calls == 1
        isCancellable = canCancel || canForce
    }

    // MARK: - Calls

    func execute(_ call: Call, in slot: CallSlot) {
        let handle = unsafe slot.description.pointee.id
        let lane = lanes.take()
        defer { lanes.giveBack(lane) }
        let number = lane.begin(handle, shown: bridge.shown)
        defer { lane.end() }
        do throws(FrameSocket.Failure) {
            try send(call, number, over: lane)
            let hook = hook(of: call)
            while try step(slot, handle, number, lane, hook) {}
            slot.returned(.done)
        } catch {
            died(slot)
        }
    }

    private func send(
        _ call: Call, _ number: UInt64, over lane: Lane
    ) throws(FrameSocket.Failure) {
        if case .endpoint(let index, _) = call.kind {
            let request = EndpointRequest(call, endpoints[index])
            return try unsafe request.withParts { parts throws(FrameSocket.Failure) in
                try unsafe lane.socket.send(.endpoint, call: number, parts)
            }
        }
        let kind: FrameKind = call.kind == .stream ? .stream : .execute
        defer { extendLifetime(call) }
        if wantsWhole {
            let body = unsafe bytes(call.text(0..<call.body.count, orElse: EmptyText.object))
            return try unsafe lane.socket.send(
                kind, flags: FrameFlag.whole, call: number, [body])
        }
        let args = unsafe bytes(call.text(call.args, orElse: EmptyText.array))
        let kwargs = unsafe bytes(call.text(call.kwargs, orElse: EmptyText.object))
        try unsafe lane.socket.send(
            kind, call: number, [Self.open, args, Self.comma, kwargs, Self.close])
    }

    /// Takes the next frame of a call; false where it was the last.
    private func step(
        _ slot: CallSlot, _ handle: uw_call_id, _ number: UInt64, _ lane: Lane,
        _ hook: LifecycleHook?
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
                unsafe bridge.report(head, payload)
                return true
            case .result: _ = unsafe slot.finish(handle, uw_status(UW_OK), payload)
            case .error: _ = unsafe slot.finish(handle, Self.status(head.flags), payload)
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
            process.tell(.flush, lane: lane.number, call: number)
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

    static func status(_ flags: UInt8) -> uw_status {
        if flags & FrameFlag.invalid != 0 { return uw_status(UW_INVALID_ARGUMENT) }
        return uw_status(flags & FrameFlag.unsupported != 0 ? UW_UNSUPPORTED : UW_ERROR)
    }

    /// The process is gone under a call, which is not answered: the worker ends as its plugin did.
    ///
    /// The lane breaks before the end of the process can be known.
    private func died(_ slot: CallSlot) {
        if bridge.waitForEnd(until: stopping.clock() + Self.patience) { return }
        slot.returned(.failed(.misbehaviour("the plugin's process has closed its lane")))
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
        let lane = place.map { besides[$0] } ?? lanes.all[0]
        let number = lane.begin(uw_call_id(UW_NO_CALL), shown: bridge.shown)
        do throws(FrameSocket.Failure) {
            try send(call, number, over: lane)
            while true {
                var outcome: CallOutcome?
                try unsafe lane.socket.receive { head, payload in
                    if head.kind == FrameKind.state.rawValue {
                        unsafe bridge.report(head, payload)
                    }
                    outcome = unsafe EndpointRequest.outcome(head, payload, hook(of: call))
                }
                if let outcome { return outcome }
            }
        } catch {
            // It is not answered: the worker ends as its plugin did.
            if bridge.waitForEnd(until: stopping.clock() + Self.patience) { return nil }
            return .failure(.misbehaviour("the plugin's process has closed its lane"))
        }
    }

    // MARK: - What runs beside nothing

    func initialize(_ call: Call) -> CallFailure? {
        let config = unsafe bytes(call.text(call.args, orElse: EmptyText.object))
        defer { extendLifetime(call) }
        return unsafe ask(.initialize, config) { _ in }
    }

    func cleanup() -> CallFailure? { unsafe ask(.cleanup, Self.nothing) { _ in } }
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

    /// Asks something of the main thread, and waits for the answer.
    private func ask(
        _ kind: FrameKind, _ payload: UnsafeRawBufferPointer,
        _ use: (UnsafeRawBufferPointer) -> Void
    ) -> CallFailure? {
        let lane = lanes.all[0]
        let number = lane.begin(uw_call_id(UW_NO_CALL), shown: bridge.shown)
        var problem: CallFailure?
        var goesOn = true
        do throws(FrameSocket.Failure) {
            try unsafe lane.socket.send(kind, call: number, [payload])
            while goesOn {
                try unsafe lane.socket.receive { head, payload in
                    switch FrameKind(rawValue: head.kind) {
                    case .result:
                        unsafe use(payload)
                        goesOn = false
                    case .error:
                        problem = failure(
                            of: Self.status(head.flags), text: unsafe repairedString(payload),
                            in: "\(kind)")
                        goesOn = false
                    case .state: unsafe bridge.report(head, payload)
                    default: break
                    }
                }
            }
        } catch {
            return CallFailure(.plugin, "the process of the plugin is gone")
        }
        return problem
    }

    // MARK: - Stops

    func cancel(_ call: uw_call_id) -> CancelAnswer {
        if call == UW_NO_CALL {
            guard canCancel else { return .notSupported }
            return answer(stop(lane: 0, call: 0, flags: 0))
        }
        guard let (lane, number) = lanes.find(call) else { return .cancelled }
        guard canCancel else {
            return answer(stop(lane: lane.number, call: number, flags: FrameFlag.force))
        }
        if canForce { force(call, after: stopping.grace) }
        let told = stop(lane: lane.number, call: number, flags: 0)
        // The plugin has lost its cancel, or it would stop other calls as well.
        if let told, told.flags & FrameFlag.cannotStop != 0 { return .cancelled }
        return answer(told)
    }

    private func answer(_ told: RunnerBridge.StopAnswer?) -> CancelAnswer {
        guard let told, told.flags & FrameFlag.cancelFailed != 0 else { return .cancelled }
        return .failed(told.text)
    }

    /// Sends a stop, and waits for a second at most for what it has achieved.
    private func stop(lane: Int, call: UInt64, flags: UInt8) -> RunnerBridge.StopAnswer? {
        let answer = bridge.expectAnswer(lane: lane, call: call)
        process.tell(.stop, flags: flags, lane: lane, call: call)
        process.hintAtStop()
        return answer.take(until: stopping.clock() + .seconds(1))
    }

    /// Ends a call by force if it still runs after some time.
    private func force(_ call: uw_call_id, after time: TimeSpan) {
        stopping.timers.schedule(at: stopping.clock() + time) { [weak self] in
            guard let self, let (lane, number) = self.lanes.find(call) else { return }
            self.process.tell(
                .stop, flags: FrameFlag.force, lane: lane.number, call: number)
            self.process.hintAtStop()
        }
    }

    // MARK: - The end

    func destroy() -> String? {
        bridge.willQuit()
        // The runner reads the end of its first lane, runs what is to run at exit, and leaves.
        lanes.all[0].socket.endSending()
        bridge.waitForEnd(until: stopping.clock() + .seconds(1))
        return nil
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
