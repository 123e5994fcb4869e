internal import CWorkerPlugin

/// An instance whose calls are tasks, and end when these do.
final class AsyncInstance<Plugin: AsyncWorkerPlugin>: PluginInstance {
    let state: PluginState<Plugin>

    init(_ host: Host, _ endpoints: [Endpoint<Plugin>]) throws {
        state = try PluginState(host, endpoints)
    }

    func execute(_ arguments: Plugin.Arguments, _ call: CallContext) -> uw_status {
        let plugin = state.plugin
        return state.start(call) {
            let output: Plugin.Output = try await plugin.execute(arguments, call: call)
            return try CallResult(output)
        }
    }

    func executeStream(
        _ arguments: Plugin.Arguments, into stream: StreamWriter<Plugin.Chunk>, _ call: CallContext
    ) -> uw_status {
        let plugin = state.plugin
        return state.start(call) {
            try await stream.runTask {
                try await plugin.executeStream(arguments, into: stream, call: call)
            }
            return .nothing
        }
    }
}
