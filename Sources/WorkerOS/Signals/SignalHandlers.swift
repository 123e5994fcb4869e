import CLinux
import Glibc

/// What the process does with its signals.
///
/// Masks do not hold a signal: one thread of a library that unblocks SIGTERM is enough for its default
/// action. So each signal that would end the worker has a handler, which does no more than to tell
/// `SignalWaiter`. A plugin may put its own in the place of most; those of `held` are the worker's.
package enum SignalHandlers {
    /// Gives all signals their handlers or default actions, whatever the process was started with.
    ///
    /// Only an ignored SIGHUP stays, which is nohup's. Call it after `SignalMask.prepare`. The
    /// corresponding C function is `sigaction`.
    package static func install() {
        for signal in 1...clinux_last_realtime_signal() {
            switch SignalRole.of(signal) {
            case .hangUp where !SignalMask.held.contains(SIGHUP), .reserved: break
            case .crash, .standard: clinux_signal_reset(signal)
            default: clinux_signal_catch(signal)
            }
        }
    }

    /// Takes back the signals that hold the worker's promises, and returns those that others had taken.
    ///
    /// Any thread; a few system calls. SIGPIPE and SIGXFSZ may be handled or ignored by others, but not
    /// have their default actions.
    package static func hold() -> [Int32] {
        for signal in [SIGPIPE, SIGXFSZ]
        where clinux_signal_taker(signal) == CLINUX_TAKEN_BY_DEFAULT {
            clinux_signal_catch(signal)
        }
        return SignalMask.held.filter {
            clinux_signal_taker($0) != CLINUX_TAKEN_BY_US && clinux_signal_catch($0)
        }
    }
}
