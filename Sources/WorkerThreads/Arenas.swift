private import CThreads
private import Glibc

/// malloc's arenas: each has its own memory, from which threads take theirs without a wait for others.
package enum Arenas {
    /// The variables by which a user may limit them, in any process.
    package static let variable = "MALLOC_ARENA_MAX"
    package static let tunables = "GLIBC_TUNABLES"

    /// As many as there are processors: so many threads run at once.
    ///
    /// glibc makes eight for each processor, as long as there are more threads than arenas: what
    /// one call of a Python plugin has freed then waits for the same thread's next one. With a lane for
    /// each call, that was 2.5 of 34 MiB.
    package static var wanted: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// Limits those of this process to that number.
    ///
    /// Those that are there stay. Any thread.
    package static func limit() { _ = mallopt(M_ARENA_MAX, Int32(wanted)) }
}
