internal import CWorkerPlugin
internal import FoundationEssentials

/// An instance whose calls are tasks, and end when these do.
final class AsyncInstance<Plugin: AsyncWorkerPlugin>: PluginInstance {
    let state: PluginState<Plugin>

    init(_ host: Host) throws {
        state = try PluginState(host)
    }

    func execute(_ arguments: Plugin.Arguments, _ call: CallContext) -> uw_status {
        let plugin = state.plugin
        return start(call) {
            let output: Plugin.Output = try await plugin.execute(arguments, call: call)
            return try JSONText.encode(output, as: "result")
        }
    }

    func executeStream(
        _ arguments: Plugin.Arguments, into stream: StreamWriter<Plugin.Chunk>, _ call: CallContext
    ) -> uw_status {
        let plugin = state.plugin
        return start(call) {
            try await stream.runTask {
                try await plugin.executeStream(arguments, into: stream, call: call)
            }
            return nil
        }
    }

    private func start(
        _ call: CallContext, _ body: @escaping @Sendable () async throws -> Data?
    ) -> uw_status {
        let calls = state.calls
        let task = Task {
            do {
                calls.end(call, .success(try await body()))
            } catch {
                calls.end(call, .failure(error))
            }
        }
        call.onCancel { task.cancel() }
        return Status.pending
    }
}
