import CLinux
import Glibc

/// Which signals the process takes, and how.
///
/// SIGTERM, SIGINT, SIGHUP and `parentDeath` are blocked in every thread and read by `SignalWaiter`; all others
/// are unblocked, whatever mask the daemon was started with. What a plugin's children inherit:
/// after fork the three are unblocked again, by a fork handler; posix_spawn runs no such handlers,
/// so that a child made by it has the three blocked unless the plugin passes
/// POSIX_SPAWN_SETSIGMASK (SIGKILL ends it all the same). SIGPIPE has a handler that does nothing:
/// exec resets it, so that children die of a broken pipe as programs expect.
package enum SignalMask {
    /// The signals that end the worker: SIGTERM, SIGINT, and SIGHUP unless it was ignored at the start (nohup).
    package static let termination: [Int32] =
        clinux_ignores(SIGHUP) ? [SIGTERM, SIGINT] : [SIGTERM, SIGINT, SIGHUP]

    /// The signal that asks a daemon to reload its configuration.
    package static let hangUp = SIGHUP

    /// The signal that comes when the thread that started the worker ends.
    package static let parentDeath = clinux_parent_death_signal()

    /// Sets the mask and the handlers.
    ///
    /// Call it first, while there is one thread: others inherit the mask. The corresponding C function is `pthread_sigmask`.
    package static func prepare() {
        var set = terminationSet()
        unsafe pthread_sigmask(SIG_SETMASK, &set, nil)
        unsafe clinux_unblock_in_forked_children(&set)
        clinux_survive_broken_pipes()
    }

    /// Makes writing to a pipe without a reader an error instead of an end; part of `prepare`.
    ///
    /// The corresponding C function is `sigaction`.
    package static func surviveBrokenPipes() {
        clinux_survive_broken_pipes()
    }

    static func terminationSet() -> sigset_t {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for signal in termination + [parentDeath] { unsafe sigaddset(&set, signal) }
        return set
    }
}
