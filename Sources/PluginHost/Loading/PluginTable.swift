internal import CPluginGuard
internal import CWorkerPlugin
internal import WorkerCore

/// A plugin's table, checked once: what is required is there, what may be absent is optional.
@safe struct PluginTable: @unchecked Sendable {
    /// The table itself, which lives as long as the process.
    let pointer: UnsafePointer<uw_plugin>
    let name: String
    let version: String
    /// How many calls run at once, at most.
    let concurrency: Int
    /// Whether POST /cancel can reach a running call.
    let isCancellable: Bool

    let create: uwg_create_fn
    let initialize: uwg_initialize_fn?
    let configSchema: uwg_reply_fn?
    let currentConfig: uwg_reply_fn?
    let bodySchemas: uwg_reply_fn?
    let execute: uwg_execute_fn
    let executeStream: uwg_execute_fn?
    let cancel: uwg_cancel_fn?
    let cleanup: uwg_reply_fn?
    let destroy: uwg_destroy_fn
    /// What the class has beyond ABI 1.0's functions.
    let endpoints: LibraryEndpoints

    /// The ABI that this worker has, as "major.minor".
    static let supportedABI = "\(UW_ABI_MAJOR).\(UW_ABI_MINOR)"

    /// The ABI that the plugin was built for, and the threads that it wants.
    var traits: [(name: String, value: String)] {
        let threadings = ["serial", "affine", "concurrent"]
        return unsafe [
            ("abi", "\(pointer.pointee.abi_major).\(pointer.pointee.abi_minor)"),
            ("threading", threadings[Int(pointer.pointee.threading)]),
        ]
    }

    /// The functions that it has, but create and destroy; hooks are endpoints.
    var functions: [String] {
        let all = unsafe [
            ("initialize", initialize != nil), ("config_schema", configSchema != nil),
            ("current_config", currentConfig != nil), ("execute", true),
            ("execute_stream", executeStream != nil), ("cancel", cancel != nil),
            ("cleanup", cleanup != nil),
        ]
        return all.filter(\.1).map(\.0)
    }

    /// Checks a table; versions before sizes, sizes before anything that they bound.
    init(_ pointer: UnsafePointer<uw_plugin>) throws(LoadFailure) {
        let (major, minor) = unsafe (pointer.pointee.abi_major, pointer.pointee.abi_minor)
        guard major == UW_ABI_MAJOR, minor <= UW_ABI_MINOR else {
            throw .wrongABI(found: "\(major).\(minor)", supported: Self.supportedABI)
        }
        let size = unsafe Int(pointer.pointee.struct_size)
        let firstSize = Int(uwg_first_table_size)
        guard size >= firstSize else { throw .tableTooSmall(found: size, expected: firstSize) }
        let table = unsafe prefix(of: pointer, size: size, as: uw_plugin.self)
        guard let create = unsafe table.create else { throw .missingFunction("create") }
        guard let execute = unsafe table.execute else { throw .missingFunction("execute") }
        guard let destroy = unsafe table.destroy else { throw .missingFunction("destroy") }
        concurrency = try unsafe Self.concurrency(of: table)
        name = try unsafe Self.text(table.name, "name")
        version = try unsafe Self.text(table.version, "version")
        unsafe self.pointer = pointer
        unsafe self.create = create
        unsafe self.execute = execute
        unsafe self.destroy = destroy
        unsafe initialize = table.initialize
        unsafe configSchema = table.config_schema
        unsafe currentConfig = table.current_config
        unsafe bodySchemas = table.body_schemas
        unsafe executeStream = table.execute_stream
        unsafe cancel = table.cancel
        unsafe cleanup = table.cleanup
        let pollsCancelled = unsafe table.flags & UInt32(UW_POLLS_CANCELLED) != 0
        endpoints = try unsafe LibraryEndpoints(of: table)
        isCancellable = unsafe table.cancel != nil || pollsCancelled
    }

    private static func concurrency(of table: uw_plugin) throws(LoadFailure) -> Int {
        let limit = unsafe Int(table.max_concurrency)
        switch unsafe Int(table.threading) {
        case UW_SERIAL, UW_AFFINE:
            guard limit <= 1 else {
                throw .invalidTable(
                    "the plugin is serial or affine, but its max_concurrency is \(limit)")
            }
            return 1
        case UW_CONCURRENT:
            guard (1...SlotRegistry.mostCalls).contains(limit) else {
                throw .invalidTable(
                    "the plugin's max_concurrency is \(limit); expected 1 to \(SlotRegistry.mostCalls)"
                )
            }
            return limit
        case let other:
            throw .invalidTable("the plugin's threading is \(other), which this ABI does not know")
        }
    }

    private static func text(_ pointer: UnsafePointer<CChar>?, _ field: String)
        throws(LoadFailure) -> String
    {
        guard let pointer = unsafe pointer else { return "unknown" }
        guard let text = unsafe String(validatingCString: pointer) else {
            throw .invalidTable("the plugin's \(field) is not UTF-8")
        }
        return text
    }
}

/// As much of a struct as its owner declares, in one of this side's size; zero for what it has not.
///
/// The owner may have been built with a header in which the struct is shorter, or longer.
func prefix<Struct: BitwiseCopyable>(
    of pointer: UnsafeRawPointer, size: Int, as type: Struct.Type
) -> Struct {
    unsafe withUnsafeTemporaryAllocation(of: Struct.self, capacity: 1) { room in
        let bytes = UnsafeMutableRawBufferPointer(room)
        unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0)
        unsafe bytes.copyMemory(
            from: UnsafeRawBufferPointer(start: pointer, count: min(size, bytes.count)))
        return unsafe bytes.loadUnaligned(as: Struct.self)
    }
}
