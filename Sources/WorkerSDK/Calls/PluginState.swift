internal import CWorkerPlugin
internal import FoundationEssentials
internal import Synchronization

/// A plugin and what the worker told it.
///
/// The worker keeps what changes the plugin apart from all else; only the calls and the host are
/// used beside that.
final class PluginState<Plugin: PluginClass> {
    let host: Host
    let calls = RunningCalls()
    var plugin: Plugin
    private(set) var accepted = Plugin.Configuration()
    let endpoints: [Endpoint<Plugin>]
    /// What is used beside calls: only of plugins that are `Sendable`.
    private let copy: Mutex<Copy?>
    private let isUsedBeside: Bool

    @safe private struct Copy: @unchecked Sendable { let plugin: Plugin }

    init(_ host: Host, _ endpoints: [Endpoint<Plugin>]) throws {
        self.host = host
        self.endpoints = endpoints
        isUsedBeside =
            endpoints.contains(where: \.readsPlugin) || Plugin.self is any EnablingPlugin.Type
            || Plugin.self is any ConfigurationOptionsPlugin.Type
        copy = Mutex(nil)
        plugin = try Plugin()
        publish()
    }

    /// The plugin as it was when it was published last; any thread.
    var published: Plugin {
        guard let copy = copy.withLock({ $0 }) else {
            preconditionFailure("What is used beside calls has been published")
        }
        return copy.plugin
    }

    /// Shows the plugin to what runs beside calls; where nothing else uses it.
    func publish() {
        guard isUsedBeside else { return }
        let copy = Copy(plugin: plugin)
        self.copy.withLock { $0 = copy }
    }

    /// Completes a configuration and hands it to the plugin.
    func initialize(_ text: Data) throws {
        let configuration = try ConfigurationReader<Plugin.Configuration>.read(text)
        defer { publish() }
        try plugin.initialize(configuration)
        accepted = configuration
    }

    /// Completes two configurations, and has the plugin go from one to the other.
    func reconfigure(
        from old: Data, to new: Data,
        _ change: (inout Plugin, Plugin.Configuration, Plugin.Configuration) throws -> Void
    ) throws {
        let former = try ConfigurationReader<Plugin.Configuration>.read(old)
        let next = try ConfigurationReader<Plugin.Configuration>.read(new)
        defer { publish() }
        try change(&plugin, former, next)
        accepted = next
    }

    /// Lets go of what the plugin has acquired.
    func cleanup() throws {
        defer { publish() }
        try plugin.cleanup()
    }

    /// Ends a call with what a body makes of it.
    func answer(_ call: CallContext, _ body: () throws -> CallResult) -> uw_status {
        calls.end(call, Result { try body() })
        return Status.ok
    }

    /// Starts a task that ends a call.
    func start(
        _ call: CallContext, _ body: @escaping @Sendable () async throws -> CallResult
    ) -> uw_status {
        let calls = calls
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
