private import CLinux

/// The memory that the program's own code takes.
package enum StartPages {
    /// Lets go of the code and constants that the start has read; what is needed comes back by itself.
    ///
    /// Any thread, once; takes some tenths of a millisecond, as do the page faults that follow, which
    /// read nothing from the disk unless memory is short. Pages that a debugger or a library has changed
    /// stay, and so do the plugin's. The corresponding C function is `madvise` with MADV_DONTNEED.
    package static func forget() { clinux_forget_start_pages() }
}
