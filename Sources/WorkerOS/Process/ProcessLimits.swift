import CLinux

/// The limits that the system sets to this process.
package enum ProcessLimits {
    /// Raises the soft limit of open files to the hard one, and returns the limit now in force.
    ///
    /// Children inherit it. The corresponding C function is `setrlimit`.
    @discardableResult
    package static func raiseOpenFiles() -> UInt {
        clinux_raise_open_files()
    }

    /// How many files may be open at once.
    ///
    /// The corresponding C function is `getrlimit`.
    package static var openFiles: UInt { clinux_open_files() }
}
