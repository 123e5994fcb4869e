internal import CWorkerPlugin

/// An instance that is changed by its calls, which come one at a time.
struct SerialInstance<Plugin: WorkerPlugin>: PluginInstance {
    let state: PluginState<Plugin>

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

/// An instance whose calls run beside each other, and so do not change it.
struct ConcurrentInstance<Plugin: ConcurrentWorkerPlugin>: PluginInstance {
    let state: PluginState<Plugin>

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

/// An instance whose calls are tasks, and end when these do.
struct AsyncInstance<Plugin: AsyncWorkerPlugin>: PluginInstance {
    let state: PluginState<Plugin>

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
