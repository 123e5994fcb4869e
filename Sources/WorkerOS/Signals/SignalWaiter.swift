import CLinux
import Glibc
import Synchronization
package import WorkerCore

/// The receiver of the signals that the worker acts on, on the one thread that waits for them.
///
/// Those that are blocked in all threads, as `SignalMask` has it, are taken whatever handler they have; those
/// that reach a thread all the same come from the handler (`SignalHandlers`). It has no descriptor: a
/// plugin might close it.
package enum SignalWaiter {
    private static let takesLogSignals = Atomic<Bool>(false)

    /// Has SIGUSR1 and SIGUSR2 received as well, as no thread runs plugin code, and all block them.
    package static func takeLogSignals() { takesLogSignals.store(true, ordering: .relaxed) }

    /// Waits for the next signal and takes it; nil where none came in a time.
    ///
    /// `SignalMask.parentDeath` may come without a reason. The corresponding C function is `sigtimedwait`.
    package static func next(within time: TimeSpan) -> Int32? {
        var set = SignalMask.blocked(.plugin)
        if takesLogSignals.load(ordering: .relaxed) {
            for signal in [SIGUSR1, SIGUSR2] { unsafe sigaddset(&set, signal) }
        }
        var limit = timespec(
            tv_sec: Int(clamping: time.seconds),
            tv_nsec: Int(time.nanoseconds % 1_000_000_000))
        let signal = unsafe clinux_signal_wait(&set, &limit)
        return signal > 0 ? signal : nil
    }
}
