import CLinux
import Glibc

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

    /// The limit of the address space in bytes; nil for none.
    ///
    /// The corresponding C function is `getrlimit`.
    package static var addressSpace: UInt? {
        soft(RLIMIT_AS).flatMap { $0 == .max ? nil : $0 }
    }

    /// Has neither this process nor what it starts leave a core file.
    ///
    /// The corresponding C function is `setrlimit`.
    package static func forbidCoreFiles() {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    }

    /// How many files may be open at once; 0 if that is unknown.
    ///
    /// The corresponding C function is `getrlimit`.
    package static var openFiles: UInt { soft(RLIMIT_NOFILE) ?? 0 }

    private static func soft(_ resource: __rlimit_resource) -> UInt? {
        var limit = rlimit()
        let isKnown = unsafe getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0
        return isKnown ? UInt(limit.rlim_cur) : nil
    }
}
