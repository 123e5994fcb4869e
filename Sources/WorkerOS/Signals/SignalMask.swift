import CLinux
import Glibc

/// Which signals the threads of the process take.
///
/// The worker's own threads take none but those of their faults. Threads that run plugin code take all
/// but SIGTERM, SIGINT, SIGHUP and `parentDeath`, which `SignalWaiter` takes whatever handler they have. What
/// a plugin's children inherit: after fork the four are unblocked again, by a fork handler;
/// posix_spawn runs no such handlers, so that a child made by it has them blocked unless the plugin
/// passes POSIX_SPAWN_SETSIGMASK (SIGKILL ends it all the same).
package enum SignalMask {
    /// The signals that are blocked in every thread; SIGHUP is not if it was ignored at the start (nohup).
    static let held: [Int32] =
        [SIGTERM, SIGINT, parentDeath]
        + (clinux_signal_taker(SIGHUP) == CLINUX_IGNORED ? [] : [SIGHUP])

    /// The signal that comes when the thread that started the worker ends.
    package static let parentDeath = clinux_parent_death_signal()

    /// Sets the mask of the calling thread, one of the worker's own, whatever it was started with.
    ///
    /// Call it first: a signal that comes before it can be read then waits, and is neither lost nor
    /// deadly. The corresponding C function is `pthread_sigmask`.
    package static func prepare() {
        var set = blocked(.faultsOnly)
        unsafe pthread_sigmask(SIG_SETMASK, &set, nil)
        clinux_thread_takes_no_write_signals()
        var held = blocked(.plugin)
        unsafe clinux_unblock_in_forked_children(&held)
    }

    /// Blocks none in the calling thread any more: for a process that is no worker, and ends by what is sent to it.
    ///
    /// The corresponding C function is `pthread_sigmask`.
    package static func release() {
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe pthread_sigmask(SIG_SETMASK, &none, nil)
    }

    /// The signals that a thread of a kind blocks.
    static func blocked(_ signals: ThreadSignals) -> sigset_t {
        var set = sigset_t()
        switch signals {
        case .plugin:
            unsafe sigemptyset(&set)
            for signal in held { unsafe sigaddset(&set, signal) }
        case .faultsOnly:
            unsafe sigfillset(&set)
            for signal in 1...SIGSYS where SignalRole.of(signal) == .crash {
                unsafe sigdelset(&set, signal)
            }
        }
        return set
    }
}
