import WorkerSDK

/// What the worker looks for in the library: it lists the classes that there are.
@c(uw_plugin_entry)
public func pluginEntry(
    _ host: WorkerHost, _ name: WorkerText, _ reply: WorkerReply, _ table: WorkerTable
) -> WorkerStatus {
    Worker.export([Greeter.self], host, name, reply, table)
}
