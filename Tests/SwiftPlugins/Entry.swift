import WorkerSDK

/// The one function that the worker looks up in the library.
@c(uw_plugin_entry)
public func pluginEntry(
    _ host: WorkerHost, _ name: WorkerText, _ reply: WorkerReply, _ table: WorkerTable
) -> WorkerStatus {
    Worker.export(
        [
            Shelf.self, Library.self, Crowd.self, Canvas.self, Plain.self, Wrong.self,
            Painter.self, Counting.self, Ticking.self, Archive.self, Faulty.self,
        ], host, name, reply, table)
}
