internal import CPluginGuard
internal import CWorkerPlugin
internal import WorkerCalls
internal import WorkerCore
internal import WorkerJSON

/// The endpoints and hooks of a class in a library.
extension LibraryInstance {
    var endpoints: [PluginEndpoint] { table.endpoints.all }
    var headerNames: [String] { table.endpoints.headerNames }
    var besideCount: Int { besides.count }

    func attach(_ owner: any PluginInstanceOwner) {
        for place in besides { place.attach(owner) }
        alone?.attach(owner)
    }

    func giveUp(_ failure: CallFailure, at now: Moment, where isMeant: (Call) -> Bool) {
        for place in besides { _ = place.slot.cancel(failure, at: now, where: isMeant) }
        _ = alone?.slot.cancel(failure, at: now, where: isMeant)
    }

    /// Answers a request for an endpoint in a slot that has been armed with it.
    func answer(_ call: Call, _ index: Int, in slot: CallSlot) {
        let handler = table.endpoints.handlers[index]
        var hook: LifecycleHook?
        if case .hook(let found) = endpoints[index].target { hook = found }
        slot.runs(hook)
        guard let function = unsafe handler.function else {
            slot.lacksHook()
            return slot.returned(.done)
        }
        unsafe slot.description.pointee.endpoint = handler.row
        unsafe run(call, function, hook == nil ? "endpoint" : "prefetch", in: slot)
    }

    func answer(_ call: Call, beside place: Int?) -> CallOutcome? {
        guard case .endpoint(let index, _) = call.kind else { return nil }
        if case .hook(let hook) = endpoints[index].target {
            return hook == .reconfigure ? reconfigure(call) : ask(hook)
        }
        let place = place.map { besides[$0] } ?? alone
        return place?.run(call) { answer(call, index, in: $0) }
    }

    private func reconfigure(_ call: Call) -> CallOutcome {
        guard let function = unsafe table.endpoints.reconfigure else {
            return .worded(LifecycleHook.reconfigure.missing)
        }
        let texts: [[UInt8]]
        do throws(CallBodyError) {
            texts = try EndpointRequest.configurations(in: call).map(Array.init)
        } catch {
            return .failure(CallFailure(.plugin, error.description))
        }
        let name = LifecycleHook.reconfigure.rawValue
        let answer = PluginTexts.collect(in: name) { reply, thrown in
            unsafe withText(texts[0]) { old in
                unsafe withText(texts[1]) { new in
                    unsafe uwg_reconfigure(function, pointer, old, new, reply, &thrown)
                }
            }
        }
        return outcome(of: .reconfigure, answer)
    }

    private func ask(_ hook: LifecycleHook) -> CallOutcome {
        guard let function = unsafe table.endpoints.function(of: hook) else {
            return .worded(hook.missing)
        }
        let answer = PluginTexts.collect(in: hook.rawValue) { reply, thrown in
            unsafe uwg_ask(function, hook.cName, pointer, reply, &thrown)
        }
        return outcome(of: hook, answer)
    }

    private func outcome(
        of hook: LifecycleHook, _ answer: (status: uw_status, left: [UInt8]?, text: String?)
    ) -> CallOutcome {
        let name = hook.rawValue
        if let wording = hook.wording(of: answer.status) { return .worded(wording) }
        guard answer.status == UW_OK else {
            return hook.outcome(of: failure(of: answer.status, text: answer.text, in: name))
        }
        var json = ByteBuffer()
        do throws(CallFailure) {
            _ = try json.appendJSON(answer.left, of: name)
        } catch {
            return .failure(HostTable.noted(error, in: name))
        }
        return .value(json)
    }
}

/// Lends bytes as a text of the ABI.
private func withText<Result>(_ bytes: [UInt8], _ body: (uw_text) -> Result) -> Result {
    unsafe bytes.withUnsafeBytes { bytes in
        let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
        return unsafe body(uw_text(data: start, length: bytes.count))
    }
}

extension LifecycleHook {
    /// The name of its function, for the guard.
    fileprivate var cName: UnsafePointer<CChar> {
        switch self {
        case .prefetch: unsafe cString("prefetch")
        case .reconfigure: unsafe cString("reconfigure")
        case .onEnable: unsafe cString("on_enable")
        case .onDisable: unsafe cString("on_disable")
        case .configOptions: unsafe cString("config_options")
        }
    }
}
