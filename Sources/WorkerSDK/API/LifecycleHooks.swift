/// A plugin that can get ahead of its first call what takes long: `POST /prefetch`.
///
/// A plugin that has one of the hooks answers the paths of all; those that it lacks are `not_supported`.
public protocol PrefetchingPlugin: PluginClass {
    /// Fetches what calls will need; runs as a call.
    ///
    /// It may run beside calls where these run beside each other: such a plugin does not change itself here.
    ///
    /// - Parameter call: How to report progress and to learn of cancellation.
    /// - Throws: Anything; the client gets the text.
    mutating func prefetch(call: CallContext) throws
}

/// A plugin that can go from one configuration to another: `POST /reconfigure`.
public protocol ReconfigurablePlugin: PluginClass {
    /// Goes from one configuration to another; no call runs meanwhile.
    ///
    /// - Parameters:
    ///   - old: What the client takes for the configuration in force, completed by the defaults.
    ///   - new: What is to be in force, likewise.
    /// - Throws: Anything; the client gets the text, and the former configuration stays in force.
    mutating func reconfigure(from old: Configuration, to new: Configuration) throws
}

/// A plugin that wants to know whether its host uses it: `POST /on_enable`, `POST /on_disable`.
///
/// Both are answered at once, while calls run. A plugin that is no class is a copy, as it was when it had
/// been created, initialized, reconfigured or cleaned up for the last time.
public protocol EnablingPlugin: PluginClass, Sendable {
    /// The host uses the plugin from now on.
    ///
    /// - Throws: Anything; the client gets the text.
    func onEnable() throws

    /// The host does not use the plugin for a while.
    ///
    /// - Throws: Anything; the client gets the text.
    func onDisable() throws
}

/// A plugin that can say what values its configuration may have at the moment: `GET /config_options`.
///
/// It is asked while calls run. A plugin that is no class is a copy, as for ``EnablingPlugin``.
public protocol ConfigurationOptionsPlugin: PluginClass, Sendable {
    /// What is answered, written as JSON.
    associatedtype ConfigurationOptions: Encodable

    /// The values that the configuration may have.
    ///
    /// - Returns: What is answered.
    /// - Throws: Anything; the client gets the text.
    func configurationOptions() throws -> ConfigurationOptions
}
