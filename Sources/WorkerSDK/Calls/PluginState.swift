internal import FoundationEssentials

/// A plugin and what the worker told it.
///
/// The worker keeps what changes the plugin apart from all else; only the calls and the host are
/// used beside that.
final class PluginState<Plugin: PluginClass> {
    let host: Host
    let calls = RunningCalls()
    var plugin: Plugin
    private(set) var accepted = Plugin.Configuration()

    init(_ host: Host) throws {
        self.host = host
        plugin = try Plugin()
    }

    /// Completes a configuration and hands it to the plugin.
    func initialize(_ text: Data) throws {
        let configuration = try ConfigurationReader<Plugin.Configuration>.read(text)
        try plugin.initialize(configuration)
        accepted = configuration
    }
}
