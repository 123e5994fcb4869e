internal import CPluginGuard
internal import CWorkerPlugin
private import Glibc
internal import WorkerCore

/// A plugin's shared library, loaded for the rest of the process's life.
///
/// Never closed: threads and destructors of a plugin may outlive any moment at which it would be
/// safe to unmap its code. RTLD_NOW makes a missing symbol a load error rather than a crash in
/// the middle of a call; RTLD_LOCAL keeps the plugin's symbols from meeting others.
@safe struct PluginLibrary {
    private let entry: uw_plugin_entry_fn

    /// Loads a library and finds its entry function.
    ///
    /// Runs the library's constructors, on the calling thread. A C++ exception from one of them
    /// ends the process: dlopen gives its caller no chance to catch it.
    ///
    /// - Parameter path: with a slash in it, checked before: dlopen dies on a truncated file.
    /// - Throws: what dlopen says, or that there is no entry function.
    init(path: String) throws(LoadFailure) {
        _ = unsafe dlerror()
        let opened = unsafe dlopen(path, RTLD_NOW | RTLD_LOCAL)
        uwg_end_copy()
        guard let handle = unsafe opened else { throw .notLoadable(Self.lastError()) }
        guard let symbol = unsafe dlsym(handle, UW_PLUGIN_ENTRY) else { throw .noEntry }
        unsafe entry = unsafeBitCast(symbol, to: uw_plugin_entry_fn.self)
    }

    private static func lastError() -> String {
        guard let text = unsafe dlerror() else { return "dlopen failed without saying why" }
        return unsafe String(cString: text)
    }

    /// Asks for the table of a class; on the executor.
    func table(of className: String) throws(LoadFailure) -> PluginTable {
        var table: UnsafePointer<uw_plugin>?
        var name = className
        let (status, _, text) = PluginTexts.collect(in: "uw_plugin_entry") { reply, thrown in
            name.withUTF8 { utf8 in
                unsafe utf8.withMemoryRebound(to: CChar.self) { chars in
                    let text = unsafe uw_text(data: chars.baseAddress, length: chars.count)
                    return unsafe uwg_entry(
                        entry, HostTable.pointer, text, reply, &table, &thrown)
                }
            }
        }
        switch Int(status) {
        case UW_OK:
            guard let table = unsafe table else { throw .noTable }
            return try unsafe PluginTable(table)
        case UW_UNKNOWN_CLASS: throw .unknownClass(className, existing: text)
        case UW_WRONG_ABI: throw .refusedABI(text ?? "without saying which it needs")
        default: throw .entryFailed(failure(of: status, text: text, in: "entry function").detail)
        }
    }
}

/// What a function left as text, or threw; nil for nothing.
func replyText(_ left: [UInt8]?, _ thrown: inout uwg_thrown, in function: String) -> String? {
    guard thrown.is_set != 0 else {
        return left.flatMap { $0.isEmpty ? nil : String(decoding: $0, as: UTF8.self) }
    }
    let what = unsafe withUnsafeBytes(of: &thrown.what) { unsafe repairedString(untilNUL($0)) }
    let text = what.isEmpty ? "an exception without a text" : what
    HostTable.note(.exception, in: function, "a C++ exception left it: \(text)")
    return text
}

private func untilNUL(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(rebasing: bytes.prefix { $0 != 0 })
}
