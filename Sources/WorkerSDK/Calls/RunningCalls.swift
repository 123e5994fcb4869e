internal import CWorkerPlugin
internal import FoundationEssentials
internal import Synchronization

/// The calls of one instance that have begun and not ended; used from any thread.
final class RunningCalls: Sendable {
    private let calls = Mutex<[uw_call_id: CallContext]>([:])

    /// Takes note of a call, and cancels it if the worker wanted that before it was known here.
    func begin(_ call: CallContext) {
        calls.withLock { $0[call.id] = call }
        if call.isCancelled { call.cancel() }
    }

    /// Forgets a call and ends it; in this order, since what follows its end may end the plugin.
    func end(_ call: CallContext, _ outcome: Result<CallResult, any Error>) {
        calls.withLock { _ = $0.removeValue(forKey: call.id) }
        call.finish(outcome)
    }

    /// Runs the cancellation handlers of a call, if it still runs.
    func cancel(_ id: uw_call_id) {
        calls.withLock { $0[id] }?.cancel()
    }
}

/// What a call that went well leaves for the worker.
enum CallResult {
    /// Nothing: the lines of a stream have been sent.
    case nothing
    /// JSON.
    case json(Data)
    /// An answer of the plugin's own.
    case response(Response)

    /// What a handler has returned.
    ///
    /// - Throws: ``PluginError`` when it cannot be written as JSON.
    init(_ output: some Encodable) throws {
        if let response = output as? Response {
            self = .response(response)
        } else {
            self = .json(try JSONText.encode(output, as: "result"))
        }
    }
}
