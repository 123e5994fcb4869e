internal import FoundationEssentials

/// Where a streaming call writes its results, each of which becomes one line for the client.
///
/// It may be used from any thread; values from several threads do not mix.
public struct StreamWriter<Chunk: Encodable>: Sendable {
    private let outbox: StreamOutbox

    init(_ call: CallContext) {
        outbox = StreamOutbox(call)
    }

    /// Sends one value, and waits while the client is slower than the plugin.
    ///
    /// It holds up the thread meanwhile; tasks write with `try await`.
    ///
    /// - Parameter chunk: The value.
    /// - Throws: `CancellationError` if no more is wanted: let it end the call. ``PluginError``
    ///   when the value cannot be written as JSON.
    public func write(_ chunk: Chunk) throws {
        try outbox.send(JSONText.encode(chunk, as: "chunk"))
    }

    /// Sends one value, and suspends the task while the client is slower than the plugin.
    ///
    /// Up to 16 KiB of values are on their way to the worker when it returns. They leave in order, and
    /// before the call ends.
    ///
    /// - Parameter chunk: The value.
    /// - Throws: `CancellationError` if no more is wanted: let it end the call. ``PluginError``
    ///   when the value cannot be written as JSON, or the worker refused a former one.
    public func write(_ chunk: Chunk) async throws {
        try await outbox.write(JSONText.encode(chunk, as: "chunk"))
    }

    /// Runs what writes, and waits until the worker has all that was written.
    func run(_ body: () throws -> Void) throws {
        do { try body() } catch {
            try? outbox.flush()
            throw error
        }
        try outbox.flush()
    }

    /// Runs what writes, and suspends the task until the worker has all that was written.
    func runTask(_ body: () async throws -> Void) async throws {
        do { try await body() } catch {
            try? await outbox.flush()
            throw error
        }
        try await outbox.flush()
    }
}
