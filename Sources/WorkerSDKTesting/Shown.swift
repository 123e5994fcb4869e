internal import CWorkerPlugin
internal import Foundation
internal import Synchronization
internal import WorkerSDK

/// A text that is one JSON value.
struct JSONText: Sendable {
    let text: String

    /// Nil for what is no JSON.
    init?(_ text: String?) {
        guard let text, (try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))) != nil
        else { return nil }
        self.text = text
    }

    func value<Value: Decodable>(as type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }
}

/// What a plugin under test has shown beside its calls, and the rules that it broke; any thread.
final class Shown: Sendable {
    struct State {
        var log: [String] = []
        var health: JSONText?
        var statistics: JSONText?
        var notReady: String?
        var configurationChanges = 0
        var metrics: [String: Double] = [:]
        var faults: [String] = []
    }

    let name: String
    private let state = Mutex(State())

    init(_ name: String) { self.name = name }

    var value: State { state.withLock { $0 } }

    func change<Result: Sendable>(_ body: (inout State) -> Result) -> Result {
        state.withLock { body(&$0) }
    }

    func fault(_ text: String) { change { $0.faults.append(text) } }

    /// Throws what has been found since the last time.
    func check() throws {
        let faults = change { state in
            defer { state.faults = [] }
            return state.faults
        }
        if !faults.isEmpty { throw PluginFault("\(name): \(faults.joined(separator: "; "))") }
    }
}

/// A rule of the worker's that a plugin under test has broken: it is the plugin's mistake, no answer to a client.
///
/// The function that meets it throws it, or else the next one, at the latest the end of the plugin.
public struct PluginFault: Error, Equatable, CustomStringConvertible {
    /// What the plugin did, and where.
    public let description: String

    init(_ description: String) { self.description = description }
}

/// Where a function of the plugin's leaves its text, until it returns; any thread.
final class Reply: Sendable {
    private let function: String
    private let shown: Shown
    private let state = Mutex<(text: String?, hasEnded: Bool)>((nil, false))

    init(_ function: String, _ shown: Shown) {
        self.function = function
        self.shown = shown
    }

    func leave(_ text: String?) -> uw_status {
        let hasEnded = state.withLock { state in
            if !state.hasEnded { state.text = text }
            return state.hasEnded
        }
        if hasEnded { shown.fault("reply: \(function), which it was for, has returned") }
        return uw_status(hasEnded ? UW_STALE : UW_OK)
    }

    func end() -> String? {
        state.withLock { state in
            state.hasEnded = true
            return state.text
        }
    }
}
