public import CWorkerPlugin
internal import FoundationEssentials

/// The worker's table of functions, as the entry of a plugin gets it.
public typealias WorkerHost = UnsafePointer<uw_host>

/// A text of the worker's, as the entry of a plugin gets it.
public typealias WorkerText = uw_text

/// Where the entry of a plugin leaves a text.
public typealias WorkerReply = uw_reply

/// Where the entry of a plugin leaves the table of its class.
public typealias WorkerTable = UnsafeMutablePointer<UnsafePointer<uw_plugin>?>

/// What the entry of a plugin answers.
public typealias WorkerStatus = uw_status

extension Worker {
    /// Answers the worker's question for a class of plugins; the one thing a plugin's entry does.
    ///
    /// ```swift
    /// @c(uw_plugin_entry)
    /// public func pluginEntry(
    ///     _ host: WorkerHost, _ name: WorkerText, _ reply: WorkerReply, _ table: WorkerTable
    /// ) -> WorkerStatus {
    ///     Worker.export([Greeter.self, Counter.self], host, name, reply, table)
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - classes: The types that may be asked for, by the names of the types.
    ///   - host: The worker's functions; used for the whole life of the process.
    ///   - name: The class that is asked for, also as `Module.Class`.
    ///   - reply: Where the text of a failure goes.
    ///   - table: Where the table of the class goes. It is never freed.
    /// - Returns: The status of the plugin ABI: no such class, or a worker of another ABI, is told
    ///   with a text that names what there is.
    public static func export(
        _ classes: [any PluginClass.Type], _ host: WorkerHost, _ name: WorkerText,
        _ reply: WorkerReply, _ table: WorkerTable
    ) -> WorkerStatus {
        let worker = unsafe Host(host)
        let (major, size) = unsafe (host.pointee.abi_major, host.pointee.struct_size)
        guard major == UInt32(UW_ABI_MAJOR), size >= UInt32(unsafe MemoryLayout<uw_host>.size)
        else {
            let minor = unsafe host.pointee.abi_minor
            let text = """
                The plugin needs a worker with plugin ABI \(UW_ABI_MAJOR).\(UW_ABI_MINOR) or a newer \
                \(UW_ABI_MAJOR).x; this one has \(major).\(minor), with a table of \(size) bytes
                """
            worker.reply(reply, text.bytes)
            return Status.wrongABI
        }
        connect(worker)

        let wanted = unsafe String(decoding: Data(name), as: UTF8.self)
        guard
            let type = classes.first(where: {
                String(describing: $0) == wanted || String(reflecting: $0) == wanted
            })
        else {
            let names = classes.map { String(describing: $0) }.joined(separator: ", ")
            worker.reply(reply, names.bytes)
            return Status.unknownClass
        }
        do {
            unsafe table.pointee = try ClassTable.make(type)
            return Status.ok
        } catch {
            return worker.reply(reply, error)
        }
    }
}
