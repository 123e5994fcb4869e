/// Who hears of what happens in the plugin host.
///
/// Any thread; not to wait.
package protocol HostEvents: Sendable {
    /// The plugin wrote a line to the log.
    func pluginLogged(_ level: PluginLogLevel, _ text: String)
    /// The plugin did what the ABI forbids.
    func pluginMisbehaved(_ detail: String, requestID: String?)
    /// A cancelled call has not ended for longer than is allowed: the worker is to end.
    func pluginIsWedged(_ detail: String)
    /// The plugin says that it is broken for good: the worker is to end.
    func pluginIsBroken(_ detail: String)
}
