import CLinux

/// The limits that the system sets to this process.
package enum ProcessLimits {
    /// Raises the soft limit of open files by `more` over what the process was given, if the hard one allows it.
    ///
    /// Not to the hard limit, which may be a thousand million: children that posix_spawn makes inherit
    /// it, and some close as many descriptors. Forked ones get what the process was given. Returns
    /// the limit now in force. The corresponding C function is `setrlimit`.
    @discardableResult
    package static func raiseOpenFiles(by more: Int) -> UInt {
        clinux_raise_open_files(UInt(max(0, more)))
    }

    /// How many files may be open at once.
    ///
    /// The corresponding C function is `getrlimit`.
    package static var openFiles: UInt { clinux_open_files() }
}
