internal import CWorkerPlugin
internal import FoundationEssentials

/// What the C functions of a class of plugins call; one implementation for each way to run calls.
protocol PluginInstance {
    associatedtype Plugin: PluginClass
    associatedtype Arguments: Decodable
    associatedtype Chunk: Encodable

    /// The plugin and what the worker told it.
    var state: PluginState<Plugin> { get }

    /// Runs one call to its end, or starts it.
    func execute(_ arguments: Arguments, _ call: CallContext) -> uw_status

    /// Likewise for a call whose results are sent as they come.
    func executeStream(
        _ arguments: Arguments, into stream: StreamWriter<Chunk>, _ call: CallContext
    ) -> uw_status
}

extension PluginInstance {
    func execute(_ incoming: IncomingCall) -> uw_status {
        begin(incoming) { execute($0, $1) }
    }

    func executeStream(_ incoming: IncomingCall) -> uw_status {
        begin(incoming) { executeStream($0, into: StreamWriter($1), $1) }
    }

    func initialize(_ text: Data) throws {
        try state.initialize(text)
    }

    func configuration() throws -> Data {
        try JSONText.encode(state.plugin.currentConfiguration ?? state.accepted, as: "config")
    }

    func configurationSchema() throws -> Data {
        try JSONText.encode(Plugin.configurationSchema, as: "schema")
    }

    func bodySchemas() throws -> Data {
        try JSONText.encode(Plugin.bodySchemas, as: "body schemas")
    }

    func cancel(_ id: uw_call_id) {
        state.calls.cancel(id)
    }

    func cleanup() throws {
        try state.cleanup()
    }

    /// Runs a request for an endpoint to its end, or starts it.
    func endpoint(_ incoming: IncomingCall) -> uw_status {
        guard let number = incoming.endpoint, state.endpoints.indices.contains(number) else {
            return Status.failed
        }
        let call = CallContext(incoming, host: state.host)
        state.calls.begin(call)
        return state.endpoints[number].handle(state, call)
    }

    private func begin(
        _ incoming: IncomingCall, _ run: (Arguments, CallContext) -> uw_status
    ) -> uw_status {
        let call = CallContext(incoming, host: state.host)
        state.calls.begin(call)
        do {
            return run(try incoming.arguments(Arguments.self), call)
        } catch {
            state.calls.end(call, .failure(error))
            return Status.ok
        }
    }
}
