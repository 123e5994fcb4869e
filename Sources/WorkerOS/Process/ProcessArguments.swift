import CLinux

/// The arguments that this process was started with.
package enum ProcessArguments {
    /// Returns them, the program's name first; none at all where the starter gave none.
    ///
    /// Swift's own `CommandLine.arguments` reads /proc, which need not be there.
    package static func current() -> [String] {
        (0..<clinux_argument_count()).map { unsafe String(cString: clinux_argument($0)) }
    }
}
