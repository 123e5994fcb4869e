import Synchronization
import TestSupport
import WorkerCore

@testable import PluginHost

/// A stream in which the plugin waits at a gate, while the test emits in its place.
struct PlayedStream: Sendable {
    let slot: CallSlot
    let handle: UInt64
    let gate: Gate

    init(_ plugin: Plugin, to recorder: Recorder, _ name: String = "stream") throws {
        gate = try plugin.gate(name)
        try plugin.submit(.stream, "{\"mode\":\"silent_gate\",\(gate.kwargs)}", to: recorder)
        try gate.arrival()
        slot = plugin.loaded.slots[0]
        handle = slot.live.load(ordering: .acquiring)
    }

    func emit(_ text: String) -> Int32 {
        let bytes = Array(text.utf8)
        return unsafe bytes.withUnsafeBytes { unsafe slot.emit(handle, $0) }
    }

    func finish() -> Int32 { unsafe slot.finish(handle, 0, .init(start: nil, count: 0)) }
}
