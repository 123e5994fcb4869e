internal import Dispatch
internal import FoundationEssentials

/// Where a streaming call writes its results, each of which becomes one line for the client.
///
/// It may be used from any thread; values from several threads do not mix.
public struct StreamWriter<Chunk: Encodable>: Sendable {
    private let call: CallContext

    init(_ call: CallContext) {
        self.call = call
    }

    /// Sends one value, and waits while the client is slower than the plugin.
    ///
    /// - Parameter chunk: The value.
    /// - Throws: `CancellationError` when nobody wants more: let it end the call. ``PluginError``
    ///   when the value cannot be written as JSON.
    public func write(_ chunk: Chunk) throws {
        try send(JSONText.encode(chunk, as: "chunk"))
    }

    /// Sends one value, and suspends the task while the client is slower than the plugin.
    ///
    /// - Parameter chunk: The value.
    /// - Throws: `CancellationError` when nobody wants more: let it end the call. ``PluginError``
    ///   when the value cannot be written as JSON.
    public func write(_ chunk: Chunk) async throws {
        let json = try JSONText.encode(chunk, as: "chunk")
        // The wait happens on a thread that is none of the few which run tasks.
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Result { try send(json) })
            }
        }
    }

    private func send(_ json: Data) throws {
        switch call.host.emit(call.id, json) {
        case Status.ok: break
        case Status.cancelled, Status.stale: throw CancellationError()
        case let status:
            throw PluginError(.failed, "The worker refused a chunk with status \(status)")
        }
    }
}
