import CLinux
import Glibc

/// What a signal means to the worker.
package enum SignalRole: Sendable, Equatable {
    /// The worker is to end: SIGTERM, SIGINT, and SIGQUIT, which a user types for whom SIGINT is too slow.
    case ends
    /// A limit or the power runs out, and by default the process would end at once: SIGALRM, SIGXCPU, SIGPWR.
    case runsOut
    /// SIGHUP.
    case hangUp
    /// The thread that started the worker has ended.
    case parentDeath
    /// The log is to tell more: SIGUSR1.
    case logsMore
    /// The log is to tell less: SIGUSR2.
    case logsLess
    /// Nothing, though by default it would end the worker: late ticks of a profiler, and so on, and all other real-time signals.
    case nothing
    /// A write failed, which the writer hears from the call: SIGPIPE, SIGXFSZ.
    case failedWrite
    /// The default action is what it should be.
    case standard
    /// A fault, or an abort; see `CrashReporter`.
    case crash
    /// No program can have another mind about it, or it is the C library's own.
    case reserved

    /// Returns the role of a signal.
    package static func of(_ signal: Int32) -> SignalRole {
        switch signal {
        case SIGTERM, SIGINT, SIGQUIT: .ends
        case SIGALRM, SIGXCPU, SIGPWR: .runsOut
        case SIGHUP: .hangUp
        case SIGUSR1: .logsMore
        case SIGUSR2: .logsLess
        case SignalMask.parentDeath: .parentDeath
        case SIGPIPE, SIGXFSZ: .failedWrite
        case SIGCHLD, SIGCONT, SIGTSTP, SIGTTIN, SIGTTOU, SIGURG, SIGWINCH: .standard
        case SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGSYS: .crash
        case SIGKILL, SIGSTOP: .reserved
        case 32..<clinux_first_realtime_signal(): .reserved
        default: .nothing
        }
    }

    /// Returns the name of a signal, such as `SIGTERM` or `SIGRTMIN+3`.
    package static func name(_ signal: Int32) -> String {
        if let name = unsafe clinux_signal_name(signal) {
            return unsafe "SIG\(String(cString: name))"
        }
        let first = clinux_first_realtime_signal()
        return signal >= first ? "SIGRTMIN+\(signal - first)" : "signal \(signal)"
    }
}
