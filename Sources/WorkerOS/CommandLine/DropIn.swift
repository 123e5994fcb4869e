private import CLinux
private import Glibc

/// The binary in an environment's `bin`, where it is that environment's Python too.
package enum DropIn {
    /// Whether a command line is the worker's, and not Python's; docs/drop-in.md has the rule.
    ///
    /// The process has asked the same function before any Swift ran: this is for the rule's test.
    /// The arguments begin with the program's name; `path` is what was executed; `isFile` says whether
    /// the first argument leads to something. The corresponding C function is `clinux_is_for_worker`.
    package static func isForWorker(_ arguments: [String], path: String, isFile: Bool) -> Bool {
        let room = arguments.count + 1
        let copies = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: room)
        for (index, argument) in arguments.enumerated() { unsafe copies[index] = strdup(argument) }
        unsafe copies[arguments.count] = nil
        defer {
            for index in arguments.indices { unsafe free(copies[index]) }
            unsafe copies.deallocate()
        }
        return unsafe clinux_is_for_worker(Int32(arguments.count), copies, path, isFile)
    }
}
