private import CThreads

/// What malloc keeps of memory that has been freed.
package enum FreedMemory {
    /// Has it keep, from now on, what a body of so many bytes and the answer to it took, for the next ones.
    ///
    /// malloc keeps less than twice the largest piece of memory of its own that has been freed, 32 MiB at most: where a body
    /// and its answer are as large as that, it may map them anew for each request. Any thread; takes some microseconds.
    package static func keep(_ bytes: Int) { cthreads_free_piece(min(2 * bytes, largestPiece)) }

    /// malloc takes no note of pieces above 32 MiB; a page less for what it puts before them.
    private static let largestPiece = (32 << 20) - 4096

    /// Gives it back to the system.
    ///
    /// Any thread; takes some milliseconds for as many megabytes, in which others may have to wait
    /// for memory. The corresponding C function is `malloc_trim`.
    package static func giveBack() { _ = malloc_trim(0) }
}
