internal import CWorkerPlugin

/// An instance that is changed by its calls, which come one at a time.
final class SerialInstance<Plugin: WorkerPlugin>: PluginInstance {
    let state: PluginState<Plugin>

    init(_ host: Host, _ endpoints: [Endpoint<Plugin>]) throws {
        state = try PluginState(host, endpoints)
    }

    func execute(_ arguments: Plugin.Arguments, _ call: CallContext) -> uw_status {
        state.answer(call) {
            let output: Plugin.Output = try state.plugin.execute(arguments, call: call)
            return try CallResult(output)
        }
    }

    func executeStream(
        _ arguments: Plugin.Arguments, into stream: StreamWriter<Plugin.Chunk>, _ call: CallContext
    ) -> uw_status {
        state.answer(call) {
            try stream.run {
                try state.plugin.executeStream(arguments, into: stream, call: call)
            }
            return .nothing
        }
    }
}
