import CLinux
import Glibc

/// The receiver of the signals that the worker acts on.
///
/// Those that are blocked in all threads, as `SignalMask` has it, are read whatever handler they have; those
/// that reach a thread all the same come from the handler (`SignalHandlers`).
package final class SignalWaiter: Sendable {
    /// Readable while a signal waits; for an own poll loop.
    package let descriptors: [Int32]

    private let blocked: Int32
    private let handled: Int32

    /// Makes the receiver, of which a process has one.
    ///
    /// The corresponding C function is `signalfd`.
    /// - Throws: `SystemError` where no descriptor is left.
    package init() throws(SystemError) {
        var set = SignalMask.blocked(.plugin)
        blocked = unsafe signalfd(-1, &set, Int32(SFD_CLOEXEC | SFD_NONBLOCK))
        guard blocked >= 0 else { throw .last }
        handled = clinux_signals_open()
        guard handled >= 0 else {
            let error = SystemError.last
            close(blocked)
            throw error
        }
        descriptors = [blocked, handled]
    }

    deinit {
        close(blocked)
        close(handled)
    }

    /// Takes the next signal, and returns its number; nil where none waits.
    package func next() -> Int32? {
        var information = signalfd_siginfo()
        let size = MemoryLayout<signalfd_siginfo>.size
        if unsafe read(blocked, &information, size) == size {
            return Int32(information.ssi_signo)
        }
        var number: UInt8 = 0
        return unsafe read(handled, &number, 1) == 1 ? Int32(number) : nil
    }
}
