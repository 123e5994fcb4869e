internal import CWorkerPlugin
internal import Foundation
internal import Synchronization

/// The worker of all plugins that are under test in this process: a table of C functions.
///
/// Calls and replies are told apart by numbers that are never used again, so that what comes late is known. What has no
/// number, such as a line of the log, belongs to the plugin on whose thread, or in whose task, it comes.
enum TestHost {
    private struct State {
        var last: UInt64 = 0
        var calls: [UInt64: TestedCall] = [:]
        var replies: [UInt64: Reply] = [:]
        var series: [(shown: Shown, key: String)] = []
        var newest: Shown?
    }

    /// The plugin whose code runs on this thread or in this task.
    @TaskLocal static var running: Shown?

    private static let state = Mutex(State())

    /// What a plugin shows without the number of a call: that of the running one, or of the one opened last.
    static var shown: Shown? { running ?? state.withLock { $0.newest } }

    static func open(_ shown: Shown) { state.withLock { $0.newest = shown } }

    static func add(_ make: (UInt64) -> TestedCall) -> TestedCall {
        state.withLock { state in
            state.last += 1
            let call = make(state.last)
            state.calls[state.last] = call
            return call
        }
    }

    static func add(_ reply: Reply) -> UInt64 {
        state.withLock { state in
            state.last += 1
            state.replies[state.last] = reply
            return state.last
        }
    }

    static func forget(_ calls: [TestedCall]) {
        state.withLock { state in
            for call in calls { state.calls[call.number] = nil }
        }
    }

    static func call(_ number: UInt64, _ function: String) -> TestedCall? {
        let call = state.withLock { $0.calls[number] }
        if call == nil { shown?.fault("\(function): there never was a call \(number)") }
        return call
    }

    static func reply(_ number: UInt64) -> Reply? { state.withLock { $0.replies[number] } }

    /// The number of a series of the running plugin's.
    static func series(_ key: String) -> UInt64 {
        guard let shown else { return 0 }
        return state.withLock { state in
            if let place = state.series.firstIndex(where: { $0.key == key && $0.shown === shown }) {
                return UInt64(place + 1)
            }
            state.series.append((shown, key))
            return UInt64(state.series.count)
        }
    }

    static func update(_ number: UInt64, _ change: (inout Double) -> Void) -> uw_status {
        guard number > 0 else { return uw_status(UW_OK) }
        let series = state.withLock { state in
            state.series.indices.contains(Int(number) - 1) ? state.series[Int(number) - 1] : nil
        }
        guard let series else { return uw_status(UW_STALE) }
        series.shown.change { change(&$0.metrics[series.key, default: 0]) }
        return uw_status(UW_OK)
    }

    /// The table, for good.
    nonisolated(unsafe) static let table: UnsafePointer<uw_host> = {
        let table = UnsafeMutablePointer<uw_host>.allocate(capacity: 1)
        unsafe table.initialize(
            to: uw_host(
                abi_major: UInt32(UW_ABI_MAJOR), abi_minor: UInt32(UW_ABI_MINOR),
                struct_size: UInt32(MemoryLayout<uw_host>.size), reserved: 0,
                name: literal("universal-worker"), version: literal("testing"),
                reply: { reply, text, length in
                    unsafe TestHost.reply(reply)?.leave(string(text, length)) ?? stale
                },
                emit: { call, text, length in
                    unsafe TestHost.call(call, "emit")?.emit(string(text, length)) ?? stale
                },
                progress: { call, fraction, text, length in
                    let message = unsafe string(text, length) ?? ""
                    return TestHost.call(call, "progress")?.report(fraction, message) ?? stale
                },
                is_cancelled: { TestHost.call($0, "is_cancelled")?.mustStop == false ? 0 : 1 },
                finish: { call, status, text, length in
                    let text = unsafe string(text, length)
                    return TestHost.call(call, "finish")?.finish(status, text) ?? stale
                },
                log: log,
                config_changed: { TestHost.shown?.change { $0.configurationChanges += 1 } },
                answer: answer,
                show_health: { unsafe show("show_health", \.health, $0, $1) },
                show_stats: { unsafe show("show_stats", \.statistics, $0, $1) },
                set_ready: { isReady, reason, length in
                    let reason = unsafe isReady == 0 ? string(reason, length) ?? "" : nil
                    TestHost.shown?.change { $0.notReady = reason }
                    return uw_status(UW_OK)
                },
                metric: metric, metric_add: { number, amount in update(number) { $0 += amount } },
                metric_set: { number, value in update(number) { $0 = value } },
                metric_observe: { number, value in update(number) { $0 += value } }))
        return unsafe UnsafePointer(table)
    }()

    private static func literal(_ text: StaticString) -> UnsafePointer<CChar> {
        unsafe UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
    }
}

/// A text of the plugin's; nil for none, and for what is no UTF-8.
private func string(_ data: UnsafePointer<CChar>?, _ length: Int) -> String? {
    guard let data = unsafe data else { return nil }
    // UW_NTS, the greatest size_t, is -1 here.
    let count = unsafe length == -1 ? strlen(data) : length
    return unsafe String(
        validating: UnsafeBufferPointer(start: data, count: count).lazy.map(
            UInt8.init(bitPattern:)), as: UTF8.self)
}

private func string(_ text: uw_text) -> String? { unsafe string(text.data, text.length) }

private let stale = uw_status(UW_STALE)

private func answer(_ call: uw_call_id, _ answer: UnsafePointer<uw_answer>) -> uw_status {
    let given = unsafe answer.pointee
    let headers = unsafe UnsafeBufferPointer(start: given.headers, count: given.header_count).map {
        unsafe (name: string($0.name) ?? "", value: string($0.value) ?? "")
    }
    let body = unsafe UnsafeRawBufferPointer(start: given.body.data, count: given.body.length)
    let type = unsafe string(given.content_type) ?? ""
    let own = unsafe OwnAnswer(
        status: Int(given.http_status), headers: headers, contentType: type, body: [UInt8](body))
    return TestHost.call(call, "answer")?.answer(own) ?? stale
}

private func log(_ level: uw_log_level, _ text: UnsafePointer<CChar>?, _ length: Int) {
    let levels = ["error", "warning", "info", "debug"]
    let line = unsafe string(text, length) ?? ""
    TestHost.shown?.change { $0.log.append("\(levels[min(Int(level), 3)]): \(line)") }
}

private func show(
    _ function: String, _ member: WritableKeyPath<Shown.State, JSONText?>,
    _ text: UnsafePointer<CChar>?, _ length: Int
) -> uw_status {
    guard let json = unsafe JSONText(string(text, length)), json.text.first == "{" else {
        TestHost.shown?.fault("\(function): not a JSON object")
        return uw_status(UW_INVALID_DATA)
    }
    TestHost.shown?.change { $0[keyPath: member] = json }
    return uw_status(UW_OK)
}

private func metric(
    _ series: UnsafePointer<uw_series>, _ number: UnsafeMutablePointer<uw_metric>
) -> uw_status {
    let given = unsafe series.pointee
    let labels = unsafe UnsafeBufferPointer(start: given.labels, count: given.label_count).map {
        unsafe "\(string($0.name) ?? "")=\(string($0.value) ?? "")"
    }
    let name = unsafe string(given.name) ?? ""
    unsafe number.pointee = TestHost.series(
        labels.isEmpty ? name : "\(name){\(labels.joined(separator: ","))}")
    return uw_status(UW_OK)
}
