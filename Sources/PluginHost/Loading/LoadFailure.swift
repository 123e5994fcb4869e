/// Why a plugin could not be loaded; the text is the reason in the `FATAL` line.
package enum LoadFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// dlopen refused the library, and says why.
    case notLoadable(String)
    /// The library exports no entry function.
    case noEntry
    /// The library has no class of this name.
    case unknownClass(String, existing: String?)
    /// The entry function failed.
    case entryFailed(String)
    /// The entry function said that all is well, and gave no table.
    case noTable
    /// The plugin was built for another ABI; versions as "major.minor".
    case wrongABI(found: String, supported: String)
    /// The plugin says that this worker's ABI will not do.
    case refusedABI(String)
    /// The table is smaller than the ABI's first version of it.
    case tableTooSmall(found: Int, expected: Int)
    /// A function that every plugin needs is NULL.
    case missingFunction(String)
    /// A number or text in the table is not what the ABI allows.
    case invalidTable(String)
    /// As many slots as the plugin wants cannot be had.
    case tooManySlots(Int)
    /// A thread for the plugin cannot be had.
    case noThread
    /// The plugin has ended the thread that it was being loaded on.
    case threadEnded(String)
    /// The plugin's create failed.
    case createFailed(String)
    /// The interpreter of a Python plugin cannot be run.
    case cannotRun(interpreter: String, String)
    /// The process of a Python plugin has ended before there was an instance.
    case died(ProcessEnd)
    /// Python says why there is no instance.
    case python(String)

    /// The reason, as a sentence that quotes what was found.
    package var description: String {
        switch self {
        case .notLoadable(let reason): reason
        case .noEntry: "the library exports no function 'uw_plugin_entry'; is it a plugin?"
        case .unknownClass(let name, let existing?):
            "the library has no class '\(name)'; it has: \(existing)"
        case .unknownClass(let name, nil): "the library has no class '\(name)'"
        case .entryFailed(let reason): "its entry function failed: \(reason)"
        case .noTable: "its entry function succeeded without giving a plugin table (NULL)"
        case .wrongABI(let found, let supported):
            "the plugin was built for plugin ABI \(found), this worker has ABI \(supported)"
        case .refusedABI(let reason):
            "the plugin refuses this worker's ABI \(PluginTable.supportedABI): \(reason)"
        case .tableTooSmall(let found, let expected):
            "the plugin's table has a struct_size of \(found), expected at least \(expected)"
        case .missingFunction(let name): "the plugin's '\(name)' is NULL, but it is required"
        case .invalidTable(let reason): reason
        case .tooManySlots(let count):
            "the plugin declares \(count) calls at once, more than this process can take"
        case .noThread: "a thread for the plugin cannot be had"
        case .threadEnded(let reason): reason
        case .createFailed(let reason): "create failed: \(reason)"
        case .cannotRun(let interpreter, let reason): "cannot run \(interpreter): \(reason)"
        case .died(let end): "the process of the plugin \(end)"
        case .python(let reason): reason
        }
    }
}
