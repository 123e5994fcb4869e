private import CThreads

/// What malloc keeps of memory that has been freed.
package enum FreedMemory {
    /// Gives it back to the system.
    ///
    /// Any thread; takes some milliseconds for as many megabytes, in which others may have to wait
    /// for memory. The corresponding C function is `malloc_trim`.
    package static func giveBack() { _ = malloc_trim(0) }
}
