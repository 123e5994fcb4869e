internal import CPluginGuard
internal import CWorkerPlugin
private import Glibc
internal import WorkerCore

/// The endpoints and hooks of a class in a library, as its table declares them.
@safe struct LibraryEndpoints: @unchecked Sendable {
    /// What answers requests that are handed to the plugin as calls.
    @safe struct Handler: @unchecked Sendable {
        let function: uwg_execute_fn?
        /// The row as the plugin has it; nil for a hook.
        let row: UnsafePointer<uw_endpoint>?
    }

    /// All of them, those of hooks last; a call for one has its number here.
    let all: [PluginEndpoint]
    /// For each of them.
    let handlers: [Handler]
    let reconfigure: uwg_reconfigure_fn?
    /// The headers of requests that calls are to have, in lower case.
    let headerNames: [String]
    private let onEnable: uwg_reply_fn?
    private let onDisable: uwg_reply_fn?
    private let configOptions: uwg_reply_fn?

    /// Checks what a table declares, of which as much as it has has been copied.
    ///
    /// - Throws: what is wrong, naming the row.
    init(of table: uw_plugin) throws(LoadFailure) {
        let rows = try unsafe Self.rows(of: table)
        let names = try unsafe Self.headerNames(of: table)
        unsafe reconfigure = table.reconfigure
        unsafe onEnable = table.on_enable
        unsafe onDisable = table.on_disable
        unsafe configOptions = table.config_options
        let prefetch = unsafe table.prefetch
        let hooks = unsafe [
            prefetch != nil, reconfigure != nil, onEnable != nil, onDisable != nil,
            configOptions != nil,
        ]
        do throws(EndpointError) {
            all = try PluginEndpoint.table(rows.map(\.words), hooks: hooks.contains(true))
            for (number, row) in rows.enumerated() where unsafe row.function == nil {
                let name = row.words.prefix(2).joined(separator: " ")
                throw EndpointError("endpoint \(number), \(name): its function 'handle' is NULL")
            }
            headerNames = try HeaderField.wanted(names)
        } catch {
            throw .invalidTable(error.description)
        }
        handlers = all.map { endpoint in
            switch endpoint.target {
            case .row(let number):
                unsafe Handler(function: rows[number].function, row: rows[number].pointer)
            case .hook(let hook):
                unsafe Handler(function: hook == .prefetch ? prefetch : nil, row: nil)
            }
        }
    }

    /// How many places for requests beside calls the plugin needs, and how many for one alone.
    func places(atMost most: Int) -> (beside: Int, alone: Int) {
        // Hooks but for prefetch get no call: they need no slot, but a thread.
        let runs = all.map(\.run)
        return (runs.contains(.beside) ? most : 0, runs.contains(.alone) ? 1 : 0)
    }

    /// The function of a hook that gets no call, and is no `reconfigure`.
    func function(of hook: LifecycleHook) -> uwg_reply_fn? {
        switch hook {
        case .onEnable: unsafe onEnable
        case .onDisable: unsafe onDisable
        case .configOptions: unsafe configOptions
        case .prefetch, .reconfigure: nil
        }
    }

    @safe private struct Row {
        let pointer: UnsafePointer<uw_endpoint>
        let function: uwg_execute_fn?
        /// Method, path, and how it runs, as `PluginEndpoint` reads them.
        let words: [String]
    }

    private static func rows(of table: uw_plugin) throws(LoadFailure) -> [Row] {
        let count = unsafe Int(table.endpoint_count)
        guard count > 0 else { return [] }
        guard let first = unsafe table.endpoints else {
            throw .invalidTable("the plugin's endpoint_count is \(count), but endpoints is NULL")
        }
        let size = unsafe Int(table.endpoint_size)
        let firstSize = Int(uwg_first_endpoint_size)
        guard size >= firstSize else {
            throw .invalidTable(
                "the plugin's endpoint_size is \(size), expected at least \(firstSize)")
        }
        // One too many is enough to be refused.
        return (0..<min(count, PluginEndpoint.limit + 1)).map { number in
            let pointer = unsafe UnsafeRawPointer(first) + number * size
            let row = unsafe prefix(of: pointer, size: size, as: uw_endpoint.self)
            return unsafe Row(
                pointer: pointer.assumingMemoryBound(to: uw_endpoint.self), function: row.handle,
                words: [
                    method(row.method),
                    text(row.path, atMost: PluginEndpoint.longestPath) ?? "(NULL)", run(row.runs),
                ])
        }
    }

    private static func method(_ number: uw_method) -> String {
        switch Int(number) {
        case UW_GET: "GET"
        case UW_POST: "POST"
        default: "\(number)"
        }
    }

    private static func run(_ number: uw_run) -> String {
        let run: PluginEndpoint.Run? =
            switch Int(number) {
            case UW_AS_CALL: .call
            case UW_BESIDE_CALLS: .beside
            case UW_ALONE: .alone
            default: nil
            }
        return run?.rawValue ?? "\(number)"
    }

    /// A text of the table, nil for NULL; one that is too long is cut, and still too long.
    private static func text(_ text: UnsafePointer<CChar>?, atMost limit: Int) -> String? {
        guard let text = unsafe text else { return nil }
        let length = unsafe strnlen(text, limit + 1)
        return unsafe repairedString(UnsafeRawBufferPointer(start: text, count: length))
    }

    private static func headerNames(of table: uw_plugin) throws(LoadFailure) -> [String] {
        let count = unsafe table.header_name_count
        guard count != 0 else { return [] }
        guard let names = unsafe table.header_names else {
            throw .invalidTable(
                "the plugin's header_name_count is \(UInt(bitPattern: count)), but header_names is "
                    + "NULL")
        }
        guard (1...HeaderField.mostWanted).contains(count) else {
            throw .invalidTable(
                "the plugin names \(UInt(bitPattern: count)) headers, more than "
                    + "\(HeaderField.mostWanted)")
        }
        return (0..<count).map { number in
            unsafe text(names[number], atMost: HeaderField.longestWanted) ?? ""
        }
    }
}
