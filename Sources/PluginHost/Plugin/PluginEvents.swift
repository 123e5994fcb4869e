package import WorkerCore

/// Who hears of what happens in and around the plugin.
///
/// Any thread; not to wait.
package protocol PluginEvents: Sendable {
    /// The plugin's library is in memory; none of its functions has been called.
    func libraryLoaded()
    /// A call is about to run in the slot of this number, which is below 256.
    func callBegan(slot: Int, id: String, arrival: Moment)
    /// The call in the slot has ended, and `execute` has returned.
    func callEnded(slot: Int)
    /// The plugin wrote a line to the log.
    func pluginLogged(_ level: PluginLogLevel, _ text: String)
    /// The plugin did what the ABI forbids.
    func pluginMisbehaved(_ detail: String, requestID: String?)
    /// A cancelled call has not ended for longer than is allowed: the worker is to end.
    func pluginIsWedged(_ detail: String)
    /// The plugin has called exit: the worker is to end, as its thread waits for that.
    func pluginExited(_ detail: String)
    /// The process of the plugin has died: the worker is to end likewise.
    func pluginDied(_ death: ProcessDeath)
    /// The process of the plugin has died, and is started again after some time, or not at all.
    func processDied(_ death: ProcessDeath, restartsIn pause: TimeSpan?)
    /// Another process runs the plugin.
    func processRestarted()
    /// The plugin says that it is broken for good: the worker is to end.
    func pluginIsBroken(_ detail: String)
}
