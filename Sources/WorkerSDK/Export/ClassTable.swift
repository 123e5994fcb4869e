internal import CWorkerPlugin

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
                initialize: initializeInstance,
                config_schema: leaveConfigurationSchema,
                current_config: leaveConfiguration,
                execute: executeCall,
                execute_stream: executeStreamCall,
                cancel: type.supportsCancellation ? cancelCall : nil,
                cleanup: cleanUpInstance,
                destroy: destroyInstance, endpoints: rows(entry.endpoints),
                endpoint_count: UInt32(entry.endpoints.count),
                endpoint_size: UInt32(MemoryLayout<uw_endpoint>.stride),
                header_names: names(type.requestHeaders),
                header_name_count: type.requestHeaders.count,
                prefetch: type is any PrefetchingPlugin.Type ? prefetchCall : nil,
                reconfigure: type is any ReconfigurablePlugin.Type ? reconfigureInstance : nil,
                on_enable: type is any EnablingPlugin.Type ? enableInstance : nil,
                on_disable: type is any EnablingPlugin.Type ? disableInstance : nil,
                config_options: type is any ConfigurationOptionsPlugin.Type
                    ? leaveConfigurationOptions : nil, body_schemas: leaveBodySchemas))
        return unsafe UnsafePointer(table)
    }

    private static func rows(_ endpoints: [EndpointRow]) -> UnsafePointer<uw_endpoint> {
        let rows = UnsafeMutablePointer<uw_endpoint>.allocate(capacity: endpoints.count)
        for (number, endpoint) in endpoints.enumerated() {
            // The number, and one more, as it is not to be NULL.
            let context = unsafe UnsafeMutableRawPointer(bitPattern: number + 1)
            unsafe (rows + number).initialize(
                to: uw_endpoint(
                    method: endpoint.method, runs: endpoint.run, path: leakedText(endpoint.path),
                    context: context, handle: handleEndpoint))
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
        unsafe text.utf8CString.withUnsafeBufferPointer { characters in
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: characters.count)
            for index in 0..<characters.count {
                unsafe (copy + index).initialize(to: characters[index])
            }
            return unsafe UnsafePointer(copy)
        }
    }
}
