import CWorkerPlugin
import Foundation
import Synchronization

/// What a fake worker has seen of one call.
struct Record: Sendable {
    var chunks: [String] = []
    var progress: [String] = []
    var status: Int?
    var text: String?
    var isCancelled = false
    var emitStatus = uw_status(UW_OK)
    var onEmit: (@Sendable (Int) -> Void)?
    var ended: (@Sendable () -> Void)?
}

/// A worker of C functions that note what a plugin does, shared by all tests.
///
/// Calls and replies are told apart by numbers that no two tests share.
enum FakeHost {
    struct State {
        var last: UInt64 = 0
        var replies: [uw_reply: String] = [:]
        var calls: [uw_call_id: Record] = [:]
        var logs: [String] = []
        var configurationChanges = 0
        /// What was asked for and done, in order; the number of a series is its place.
        var metrics: [String] = []
    }

    static let state = Mutex(State())

    /// The table of the worker, with the ABI that the SDK wants.
    nonisolated(unsafe) static let table = unsafe makeTable()

    /// Makes a table that never goes away.
    static func makeTable(major: UInt32 = 1, size: UInt32? = nil) -> UnsafePointer<uw_host> {
        let table = UnsafeMutablePointer<uw_host>.allocate(capacity: 1)
        unsafe table.initialize(
            to: uw_host(
                abi_major: major, abi_minor: 0,
                struct_size: size ?? UInt32(MemoryLayout<uw_host>.size), reserved: 0,
                name: name, version: version, reply: reply, emit: emit, progress: progress,
                is_cancelled: isCancelled, finish: finish, log: log,
                config_changed: configurationChanged, answer: { _, _ in 0 },
                show_health: { _, _ in 0 }, show_stats: { _, _ in 0 },
                set_ready: { _, _, _ in 0 }, metric: metric,
                metric_add: { update("add", $0, $1) }, metric_set: { update("set", $0, $1) },
                metric_observe: { update("observe", $0, $1) }))
        return unsafe UnsafePointer(table)
    }

    static func number() -> UInt64 {
        state.withLock { state in
            state.last += 1
            return state.last
        }
    }

    static func call(_ id: uw_call_id) -> Record {
        state.withLock { $0.calls[id] ?? Record() }
    }

    static func change(_ id: uw_call_id, _ body: (inout Record) -> Void) {
        state.withLock { body(&$0.calls[id, default: Record()]) }
    }

    nonisolated(unsafe) private static let name = unsafe literal("fake-worker")
    nonisolated(unsafe) private static let version = unsafe literal("0")

    private static func literal(_ text: StaticString) -> UnsafePointer<CChar> {
        unsafe UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
    }
}

private func string(_ text: UnsafePointer<CChar>?, _ length: Int) -> String? {
    guard let text = unsafe text else { return nil }
    return unsafe String(decoding: Data(bytes: text, count: length), as: UTF8.self)
}

private func reply(
    _ reply: uw_reply, _ text: UnsafePointer<CChar>?, _ length: Int
) -> uw_status {
    let text = unsafe string(text, length)
    FakeHost.state.withLock { $0.replies[reply] = text }
    return uw_status(UW_OK)
}

private func emit(
    _ call: uw_call_id, _ text: UnsafePointer<CChar>?, _ length: Int
) -> uw_status {
    let text = unsafe string(text, length) ?? "NULL"
    let record = FakeHost.state.withLock { state -> Record? in
        guard state.calls[call]?.status == nil else { return nil }
        state.calls[call]?.chunks.append(text)
        return state.calls[call]
    }
    guard let record else { return uw_status(UW_STALE) }
    record.onEmit?(record.chunks.count)
    return FakeHost.call(call).isCancelled ? uw_status(UW_CANCELLED) : record.emitStatus
}

private func progress(
    _ call: uw_call_id, _ fraction: Double, _ text: UnsafePointer<CChar>?, _ length: Int
) -> uw_status {
    let text = unsafe string(text, length) ?? ""
    FakeHost.state.withLock { $0.calls[call]?.progress.append("\(fraction) \(text)") }
    return uw_status(UW_OK)
}

private func isCancelled(_ call: uw_call_id) -> Int32 {
    let record = FakeHost.call(call)
    return record.isCancelled || record.status != nil ? 1 : 0
}

private let nothing: @Sendable () -> Void = {}

private func finish(
    _ call: uw_call_id, _ status: uw_status, _ text: UnsafePointer<CChar>?, _ length: Int
) -> uw_status {
    let text = unsafe string(text, length)
    let ended = FakeHost.state.withLock { state -> (@Sendable () -> Void)? in
        guard state.calls[call]?.status == nil else { return nil }
        state.calls[call]?.status = Int(status)
        state.calls[call]?.text = text
        return state.calls[call]?.ended ?? nothing
    }
    ended?()
    return uw_status(ended == nil ? UW_STALE : UW_OK)
}

private func log(_ level: uw_log_level, _ text: UnsafePointer<CChar>?, _ length: Int) {
    let text = unsafe string(text, length) ?? ""
    FakeHost.state.withLock { $0.logs.append("\(level) \(text)") }
}

private func configurationChanged() {
    FakeHost.state.withLock { $0.configurationChanges += 1 }
}

private func metric(
    _ series: UnsafePointer<uw_series>, _ number: UnsafeMutablePointer<uw_metric>
) -> uw_status {
    func text(_ text: uw_text) -> String { unsafe string(text.data, text.length) ?? "" }
    let given = unsafe series.pointee
    let labels = unsafe UnsafeBufferPointer(start: given.labels, count: given.label_count).map {
        unsafe "\(text($0.name))=\(text($0.value))"
    }
    let bounds = unsafe UnsafeBufferPointer(start: given.bounds, count: given.bound_count).map {
        "\($0)"
    }
    let line = unsafe "\(given.kind) \(text(given.name)) '\(text(given.help))' \(labels) \(bounds)"
    unsafe number.pointee = FakeHost.state.withLock { state in
        state.metrics.append(line)
        return UInt64(state.metrics.count)
    }
    return uw_status(line.contains("clashing") ? UW_INVALID_ARGUMENT : UW_OK)
}

private func update(_ what: String, _ number: uw_metric, _ value: Double) -> uw_status {
    FakeHost.state.withLock { $0.metrics.append("\(what) \(number) \(value)") }
    return uw_status(UW_OK)
}
