internal import CWorkerPlugin
internal import FoundationEssentials

/// The hooks of a class that has them; the C table has no function for others.
extension PluginInstance {
    /// Runs a prefetch to its end.
    func prefetch(_ incoming: IncomingCall) -> uw_status {
        func run<Hooked: PrefetchingPlugin>(_ plugin: Hooked, _ call: CallContext) throws -> Plugin?
        {
            var plugin = plugin
            try plugin.prefetch(call: call)
            return plugin as? Plugin
        }
        let call = CallContext(incoming, host: state.host)
        state.calls.begin(call)
        return state.answer(call) {
            if let plugin = state.plugin as? any PrefetchingPlugin {
                let changed = try run(plugin, call)
                // Where calls run beside each other none of them changes the plugin.
                if let changed, Plugin.self is any WorkerPlugin.Type { state.plugin = changed }
            }
            return .nothing
        }
    }

    /// Goes from one configuration to another.
    func reconfigure(from old: Data, to new: Data) throws {
        func run<Hooked: ReconfigurablePlugin>(
            _ plugin: Hooked, _ old: Any, _ new: Any
        ) throws -> Plugin? {
            var plugin = plugin
            guard let old = old as? Hooked.Configuration, let new = new as? Hooked.Configuration
            else { return nil }
            try plugin.reconfigure(from: old, to: new)
            return plugin as? Plugin
        }
        try state.reconfigure(from: old, to: new) { plugin, old, new in
            guard let hooked = plugin as? any ReconfigurablePlugin else { return }
            if let changed = try run(hooked, old, new) { plugin = changed }
        }
    }

    /// Tells the plugin whether its host uses it; beside calls.
    func setEnabled(_ isEnabled: Bool) throws {
        guard let plugin = state.published as? any EnablingPlugin else { return }
        try isEnabled ? plugin.onEnable() : plugin.onDisable()
    }

    /// What the configuration may be; beside calls.
    func configurationOptions() throws -> Data {
        func options<Hooked: ConfigurationOptionsPlugin>(_ plugin: Hooked) throws -> Data {
            try JSONText.encode(plugin.configurationOptions(), as: "config_options")
        }
        guard let plugin = state.published as? any ConfigurationOptionsPlugin else {
            return Data("{}".utf8)
        }
        return try options(plugin)
    }
}
