import CLinux
import Glibc

/// The receiver of the signals that end the worker; all threads block them, see `SignalMask`.
package final class SignalWaiter: Sendable {
    /// Readable while a signal waits; for an own poll loop.
    package let descriptor: Int32

    /// Makes a receiver for `SignalMask.termination`.
    ///
    /// The corresponding C function is `signalfd`.
    /// - Throws: `SystemError` where no descriptor is left.
    package init() throws(SystemError) {
        var set = SignalMask.terminationSet()
        descriptor = unsafe signalfd(-1, &set, Int32(SFD_CLOEXEC | SFD_NONBLOCK))
        guard descriptor >= 0 else { throw .last }
    }

    deinit {
        close(descriptor)
    }

    /// Waits for the next signal and returns its number; nil once the moment of `MonotonicClock` is past.
    package func wait(deadlineNanoseconds: UInt64 = .max) -> Int32? {
        while Poll.wait(
            descriptor, for: Int16(POLLIN), deadlineNanoseconds: deadlineNanoseconds)
        {
            var information = signalfd_siginfo()
            let size = MemoryLayout<signalfd_siginfo>.size
            if unsafe read(descriptor, &information, size) == size {
                return Int32(information.ssi_signo)
            }
            // Another waiter took it, or the call was interrupted; anything else does not pass.
            guard errno == EAGAIN || errno == EINTR else { return nil }
        }
        return nil
    }
}
