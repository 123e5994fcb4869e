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
                destroy: destroyInstance, endpoints: nil, endpoint_count: 0, endpoint_size: 0,
                header_names: nil, header_name_count: 0, prefetch: nil, reconfigure: nil,
                on_enable: nil, on_disable: nil, config_options: nil))
        return unsafe UnsafePointer(table)
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
