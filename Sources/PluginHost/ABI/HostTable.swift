internal import CPluginGuard
internal import CWorkerPlugin
private import Glibc
internal import Synchronization
internal import WorkerCalls
internal import WorkerCore
private import WorkerJSON

/// What the plugin calls: the ABI's host table, made once and never freed.
///
/// Each function recovers what its handle leads to and calls one method. A copy of the process, made
/// by fork, gets no further than `uwg_end_copy`: what it would touch is the worker's as well.
enum HostTable {
    /// Who hears of `log` and `config_changed`, which name no call.
    static let listener = Mutex<(any HostTableListener)?>(nil)

    /// The table, for the whole life of the process.
    nonisolated(unsafe) static let pointer: UnsafePointer<uw_host> = {
        let table = UnsafeMutablePointer<uw_host>.allocate(capacity: 1)
        unsafe table.initialize(
            to: uw_host(
                abi_major: UInt32(UW_ABI_MAJOR), abi_minor: UInt32(UW_ABI_MINOR),
                struct_size: UInt32(MemoryLayout<uw_host>.size), reserved: 0,
                name: cString("universal-worker"), version: UnsafePointer(strdup(Version.current)),
                reply: {
                    uwg_end_copy()
                    return unsafe told(PluginTexts.leave($0, $1, $2), .reply)
                },
                emit: { unsafe told(emit($0, $1, $2), .emit) },
                progress: { unsafe told(progress($0, $1, $2, $3), .progress) },
                is_cancelled: { call in
                    uwg_end_copy()
                    return SlotRegistry.withSlot(of: call) { $0.isCancelled(call) } ?? true ? 1 : 0
                },
                finish: { unsafe told(finish($0, $1, $2, $3), .finish) },
                log: { unsafe log($0, $1, $2) },
                config_changed: {
                    uwg_end_copy()
                    let listener = HostTable.listener.withLock { $0 }
                    PluginThread.uncancelled { listener?.configChanged() }
                },
                answer: { unsafe told(answer($0, $1), .answer) },
                show_health: { json, length in
                    unsafe told(show(json, length) { unsafe $0.showHealth($1) }, .showHealth)
                },
                show_stats: { json, length in
                    unsafe told(show(json, length) { unsafe $0.showStats($1) }, .showStats)
                },
                set_ready: { unsafe told(setReady($0, $1, $2), .setReady) },
                metric: { unsafe told(HostTable.metric($0, $1), .metric) },
                metric_add: { told(HostTable.update($0, .add, $1), .metricAdd) },
                metric_set: { told(HostTable.update($0, .set, $1), .metricSet) },
                metric_observe: { told(HostTable.update($0, .observe, $1), .metricObserve) }))
        return unsafe UnsafePointer(table)
    }()
}

/// Who hears of what plugins say that belongs to no call.
///
/// Any thread.
protocol HostTableListener: AnyObject, Sendable {
    /// The plugin did what its ABI forbids.
    func erred(_ mistake: PluginMistake, in function: String, _ detail: String)
    /// A line for the log.
    func log(_ level: LogLevel, _ text: String)
    /// The configuration would read differently now.
    func configChanged()
    /// Where what the plugin says of itself is kept.
    var facts: PluginFacts? { get }
}

private func emit(_ call: uw_call_id, _ json: UnsafePointer<CChar>?, _ length: Int) -> uw_status {
    uwg_end_copy()
    return SlotRegistry.withSlot(of: call) { unsafe $0.emit(call, foreignText(json, length)) }
        ?? uw_status(UW_STALE)
}

private func finish(
    _ call: uw_call_id, _ status: uw_status, _ text: UnsafePointer<CChar>?, _ length: Int
) -> uw_status {
    uwg_end_copy()
    return SlotRegistry.withSlot(of: call) { slot in
        PluginThread.uncancelled { unsafe slot.finish(call, status, foreignText(text, length)) }
    } ?? uw_status(UW_STALE)
}

private func answer(_ call: uw_call_id, _ given: UnsafePointer<uw_answer>) -> uw_status {
    uwg_end_copy()
    return SlotRegistry.withSlot(of: call) { slot in
        PluginThread.uncancelled {
            let (own, body) = unsafe OwnAnswer.read(given)
            return unsafe slot.answer(call, own, body)
        }
    } ?? uw_status(UW_STALE)
}

private func show(
    _ json: UnsafePointer<CChar>?, _ length: Int,
    _ take: (PluginFacts, UnsafeRawBufferPointer) -> Bool
) -> uw_status {
    uwg_end_copy()
    guard let bytes = unsafe foreignText(json, length) else { return uw_status(UW_INVALID_DATA) }
    let listener = HostTable.listener.withLock { $0 }
    return PluginThread.uncancelled {
        let isTaken = listener?.facts.map { unsafe take($0, bytes) } ?? false
        return uw_status(isTaken ? UW_OK : UW_INVALID_DATA)
    }
}

private func setReady(
    _ isReady: Int32, _ reason: UnsafePointer<CChar>?, _ length: Int
) -> uw_status {
    uwg_end_copy()
    let listener = HostTable.listener.withLock { $0 }
    return PluginThread.uncancelled {
        if isReady != 0 {
            listener?.facts?.setUnfitness(nil)
            return uw_status(UW_OK)
        }
        guard let bytes = unsafe foreignText(reason, length), unsafe UTF8Text.isValid(bytes) else {
            return uw_status(UW_INVALID_DATA)
        }
        let text = unsafe repairedString(beginning(of: bytes))
        listener?.facts?.setUnfitness(text.isEmpty ? "it does not say why" : text)
        return uw_status(UW_OK)
    }
}

private func progress(
    _ call: uw_call_id, _ fraction: Double, _ message: UnsafePointer<CChar>?, _ length: Int
) -> uw_status {
    uwg_end_copy()
    guard SlotRegistry.withSlot(of: call, { _ in }) != nil else { return uw_status(UW_STALE) }
    guard let bytes = unsafe foreignText(message, length), unsafe UTF8Text.isValid(bytes),
        let report = unsafe ProgressReport(
            fraction: fraction, message: repairedString(beginning(of: bytes)))
    else { return uw_status(UW_INVALID_DATA) }
    let isTaken = SlotRegistry.withSlot(of: call) { $0.report(report, by: call) } ?? false
    return uw_status(isTaken ? UW_OK : UW_STALE)
}

/// How many bytes of a message are kept; the header promises it.
private let messageLimit = 1_024

/// As many whole characters as fit into `messageLimit` bytes.
private func beginning(of text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    guard text.count > messageLimit else { return unsafe text }
    var end = messageLimit
    while end > 0, unsafe text[end] & 0xC0 == 0x80 { end -= 1 }
    return unsafe UnsafeRawBufferPointer(rebasing: text[..<end])
}

private func log(_ level: uw_log_level, _ text: UnsafePointer<CChar>?, _ length: Int) {
    uwg_end_copy()
    guard let bytes = unsafe foreignText(text, length) else { return }
    let severity = LogLevel(rawValue: Int(level)) ?? .info
    let listener = HostTable.listener.withLock { $0 }
    PluginThread.uncancelled { listener?.log(severity, unsafe repairedString(bytes)) }
}
