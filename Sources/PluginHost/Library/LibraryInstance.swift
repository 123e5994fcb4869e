internal import CPluginGuard
internal import CWorkerPlugin
internal import WorkerCalls
internal import WorkerCore
internal import WorkerJSON

/// The instance of a class in a shared library.
@safe struct LibraryInstance: PluginInstance, @unchecked Sendable {
    let table: PluginTable
    let pointer: UnsafeMutableRawPointer?
    let facts: PluginFacts?
    var metrics: PluginMetrics { HostTable.metrics }
    /// For requests beside calls, one for each that may run at once; and for one alone.
    let besides: [RequestPlace]
    let alone: RequestPlace?

    /// How many requests run beside calls at once, at most; the header promises it.
    private static let mostBeside = 4

    var name: PluginLabel { .text(table.name) }
    var version: PluginLabel { .text(table.version) }
    var traits: [(name: String, value: String)] { table.traits }
    var functions: [String] { table.functions }
    var health: String { facts?.health ?? "" }
    var stats: String { facts?.stats ?? "" }
    var unfitness: String? { facts?.unfitness }
    var isCancellable: Bool { table.isCancellable }
    var progress: ProgressReport? { nil }
    func progress(of call: uw_call_id) -> ProgressReport? {
        call == UW_NO_CALL ? alone?.slot.liveProgress : nil
    }
    var hasCancel: Bool { unsafe table.cancel != nil }
    var cancelsAllAsOne: Bool { false }

    /// Calls the plugin's create.
    ///
    /// - Parameters:
    ///   - table: the class.
    ///   - facts: what it says of itself, from now on.
    /// - Throws: why there is no instance.
    init(creating table: PluginTable, _ facts: PluginFacts?) throws(LoadFailure) {
        let (besideCount, aloneCount) = table.endpoints.places(atMost: Self.mostBeside)
        guard let slots = SlotRegistry.take(besideCount + aloneCount) else {
            throw .tooManySlots(besideCount + aloneCount)
        }
        var instance: UnsafeMutableRawPointer?
        let (status, _, text) = PluginTexts.collect(in: "create") { reply, thrown in
            unsafe uwg_create(
                table.create, table.pointer, HostTable.pointer, reply, &instance, &thrown)
        }
        guard status == UW_OK else {
            SlotRegistry.giveBack(slots)
            throw .createFailed(failure(of: status, text: text, in: "create").detail)
        }
        self.table = table
        self.facts = facts
        let places = slots.map { RequestPlace($0) }
        besides = Array(places.prefix(besideCount))
        alone = aloneCount > 0 ? places.last : nil
        unsafe pointer = instance
    }

    func initialize(_ call: Call) -> CallFailure? {
        guard let function = unsafe table.initialize else { return nil }
        let config = unsafe call.text(call.args, orElse: EmptyText.object)
        defer { extendLifetime(call) }
        let (status, _, text) = PluginTexts.collect(in: "initialize") { reply, thrown in
            unsafe uwg_initialize(function, pointer, config, reply, &thrown)
        }
        return status == UW_OK ? nil : failure(of: status, text: text, in: "initialize")
    }

    func execute(_ call: Call, in slot: CallSlot) {
        if case .endpoint(let index, _) = call.kind { return answer(call, index, in: slot) }
        let stream = unsafe call.kind == .stream ? table.executeStream : nil
        unsafe run(
            call, stream ?? table.execute, stream == nil ? "execute" : "execute_stream", in: slot)
    }

    /// Calls a function that gets a call, and tells the slot what it has returned.
    func run(
        _ call: Call, _ function: uwg_execute_fn, _ name: StaticString, in slot: CallSlot
    ) {
        unsafe withUnsafeTemporaryAllocation(of: uwg_thrown.self, capacity: 1) { room in
            guard let thrown = room.baseAddress else { return }
            unsafe thrown.pointee.is_set = 0
            let status = unsafe uwg_execute(
                function, cString(name), pointer, UnsafePointer(slot.description), thrown)
            // The body's text may be used until execute has returned, also after finish.
            extendLifetime(call)
            switch Int(status) {
            case UW_OK: slot.returned(.done)
            case UW_PENDING: slot.returned(.pending)
            case UW_UNSUPPORTED where slot.isHook:
                slot.lacksHook()
                slot.returned(.done)
            default:
                let text =
                    unsafe thrown.pointee.is_set != 0
                    ? replyText(nil, &thrown.pointee, in: "\(name)") : nil
                slot.returned(.failed(failure(of: status, text: text, in: "\(name)")))
            }
        }
    }

    func cleanup() -> CallFailure? {
        guard let function = unsafe table.cleanup else { return nil }
        let (status, _, text) = PluginTexts.collect(in: "cleanup") { reply, thrown in
            unsafe uwg_ask(function, cString("cleanup"), pointer, reply, &thrown)
        }
        if status == UW_OK || status == UW_UNSUPPORTED { return nil }
        return failure(of: status, text: text, in: "cleanup")
    }

    func cancel(_ call: uw_call_id) -> CancelAnswer {
        guard let function = unsafe table.cancel else { return .cancelled }
        let (status, _, text) = PluginTexts.collect(in: "cancel") { reply, thrown in
            unsafe uwg_cancel(function, pointer, call, reply, &thrown)
        }
        switch Int(status) {
        case UW_OK, UW_STALE: return .cancelled
        case UW_UNSUPPORTED: return .notSupported
        default: return .failed(failure(of: status, text: text, in: "cancel").detail)
        }
    }

    func configSchema() -> Snapshot { unsafe ask(table.configSchema, "config_schema") }

    func currentConfig() -> Snapshot { unsafe ask(table.currentConfig, "current_config") }

    var hasBodySchemas: Bool { unsafe table.bodySchemas != nil }

    func bodySchemas() -> Snapshot { unsafe ask(table.bodySchemas, "body_schemas") }

    private func ask(_ function: uwg_reply_fn?, _ literal: StaticString) -> Snapshot {
        guard let function = unsafe function else { return .empty }
        let name = "\(literal)"
        let (status, left, text) = PluginTexts.collect(in: name) { reply, thrown in
            unsafe uwg_ask(function, cString(literal), pointer, reply, &thrown)
        }
        if status == UW_UNSUPPORTED { return .empty }
        guard status == UW_OK else { return Snapshot(failure(of: status, text: text, in: name)) }
        var json = ByteBuffer()
        do throws(CallFailure) {
            let root = try json.appendJSON(left, of: name)
            guard root == .object else {
                throw .misbehaviour("the plugin's \(name) left \(root); expected an object")
            }
        } catch {
            return Snapshot(HostTable.noted(error, in: name))
        }
        return Snapshot(json)
    }

    func destroy() -> String? {
        var thrown = uwg_thrown()
        unsafe uwg_destroy(table.destroy, pointer, &thrown)
        SlotRegistry.giveBack((besides + [alone].compactMap(\.self)).map { $0.leave() })
        return replyText(nil, &thrown, in: "destroy")
    }
}

/// A literal as C wants it, for ever.
func cString(_ literal: StaticString) -> UnsafePointer<CChar> {
    unsafe UnsafeRawPointer(literal.utf8Start).assumingMemoryBound(to: CChar.self)
}
