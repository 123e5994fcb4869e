internal import CWorkerPlugin
internal import FoundationEssentials
private import Glibc

/// Makes the C table of a class of plugins.
enum ClassTable {
    /// Makes a table, which is never freed: the worker uses it as long as the process lives.
    ///
    /// - Throws: ``PluginError`` if the class cannot be served.
    static func make(_ type: any PluginClass.Type) throws -> UnsafePointer<uw_plugin> {
        let entry = try ClassEntry(type)
        let table = UnsafeMutablePointer<uw_plugin>.allocate(capacity: 1)
        unsafe table.initialize(
            to: uw_plugin(
                abi_major: UInt32(UW_ABI_MAJOR),
                abi_minor: UInt32(UW_ABI_MINOR),
                struct_size: UInt32(MemoryLayout<uw_plugin>.size),
                threading: entry.threading,
                max_concurrency: UInt32(entry.maximumConcurrency),
                flags: type.supportsCancellation ? UInt32(UW_POLLS_CANCELLED) : 0,
                name: leakedText(type.name),
                version: leakedText(type.version),
                context: Unmanaged.passRetained(entry).toOpaque(),
                create: createInstance,
                initialize: { instance, text, reply in
                    unsafe InstanceBox.behind(instance).run(reply) {
                        try $0.initialize(unsafe Data(text))
                    }
                },
                config_schema: {
                    unsafe InstanceBox.behind($0).leave($1) { try $0.configurationSchema() }
                },
                current_config: {
                    unsafe InstanceBox.behind($0).leave($1) { try $0.configuration() }
                },
                execute: { unsafe InstanceBox.behind($0).instance.execute(IncomingCall($1)) },
                execute_stream: {
                    unsafe InstanceBox.behind($0).instance.executeStream(IncomingCall($1))
                },
                cancel: nil,
                cleanup: { unsafe InstanceBox.behind($0).run($1) { try $0.cleanup() } },
                destroy: destroyInstance, endpoints: rows(entry.endpoints),
                endpoint_count: UInt32(entry.endpoints.count),
                endpoint_size: UInt32(MemoryLayout<uw_endpoint>.stride),
                header_names: names(type.requestHeaders),
                header_name_count: type.requestHeaders.count,
                prefetch: nil, reconfigure: nil, on_enable: nil, on_disable: nil,
                config_options: nil,
                body_schemas: { unsafe InstanceBox.behind($0).leave($1) { try $0.bodySchemas() } })
        )
        unsafe addOptional(of: type, to: &table.pointee)
        return unsafe UnsafePointer(table)
    }

    /// Adds the functions that a class may do without.
    private static func addOptional(of type: any PluginClass.Type, to table: inout uw_plugin) {
        if type.supportsCancellation {
            unsafe table.cancel = { instance, call, _ in
                unsafe InstanceBox.behind(instance).instance.cancel(call)
                return Status.ok
            }
        }
        if type is any PrefetchingPlugin.Type {
            unsafe table.prefetch = {
                unsafe InstanceBox.behind($0).instance.prefetch(IncomingCall($1))
            }
        }
        if type is any ReconfigurablePlugin.Type {
            unsafe table.reconfigure = { instance, old, new, reply in
                unsafe InstanceBox.behind(instance).run(reply) {
                    try $0.reconfigure(from: unsafe Data(old), to: unsafe Data(new))
                }
            }
        }
        if type is any EnablingPlugin.Type {
            unsafe table.on_enable = {
                unsafe InstanceBox.behind($0).run($1) { try $0.setEnabled(true) }
            }
            unsafe table.on_disable = {
                unsafe InstanceBox.behind($0).run($1) { try $0.setEnabled(false) }
            }
        }
        if type is any ConfigurationOptionsPlugin.Type {
            unsafe table.config_options = {
                unsafe InstanceBox.behind($0).leave($1) { try $0.configurationOptions() }
            }
        }
    }

    private static func rows(_ endpoints: [EndpointRow]) -> UnsafePointer<uw_endpoint> {
        let rows = UnsafeMutablePointer<uw_endpoint>.allocate(capacity: endpoints.count)
        for (number, endpoint) in endpoints.enumerated() {
            // The number, and one more, as it is not to be NULL.
            let context = unsafe UnsafeMutableRawPointer(bitPattern: number + 1)
            unsafe (rows + number).initialize(
                to: uw_endpoint(
                    method: endpoint.method, runs: endpoint.runs, path: leakedText(endpoint.path),
                    context: context,
                    handle: { unsafe InstanceBox.behind($0).instance.endpoint(IncomingCall($1)) }))
        }
        return unsafe UnsafePointer(rows)
    }

    private static func names(_ names: [String]) -> UnsafePointer<UnsafePointer<CChar>?> {
        let copies = UnsafeMutablePointer<UnsafePointer<CChar>?>.allocate(
            capacity: names.count)
        for (number, name) in names.enumerated() {
            unsafe (copies + number).initialize(to: leakedText(name))
        }
        return unsafe UnsafePointer(copies)
    }

    /// Copies a text into memory that is never freed, with a NUL behind it.
    private static func leakedText(_ text: String) -> UnsafePointer<CChar> {
        guard let copy = unsafe strdup(text) else { preconditionFailure("There is no memory") }
        return unsafe UnsafePointer(copy)
    }
}
