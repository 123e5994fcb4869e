private import CLinux
private import WorkerThreads

/// The binary in an environment's `bin`, where it is that environment's Python too.
package enum DropIn {
    /// Whether a command line is the worker's, and not Python's; docs/drop-in.md has the rule.
    ///
    /// The process has asked the same function before any Swift ran: this is for the rule's test.
    /// The arguments begin with the program's name; `path` is what was executed; `isFile` says whether
    /// the first argument leads to something. The corresponding C function is `clinux_is_for_worker`.
    package static func isForWorker(_ arguments: [String], path: String, isFile: Bool) -> Bool {
        let copies = CStrings(arguments)
        return unsafe clinux_is_for_worker(Int32(copies.count), copies.pointer, path, isFile)
    }
}
