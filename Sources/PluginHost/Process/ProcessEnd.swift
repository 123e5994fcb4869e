internal import CPluginProcess
private import Glibc

/// How the process of a plugin has ended.
package enum ProcessEnd: Equatable, Sendable, CustomStringConvertible {
    /// It left with this code.
    case exit(Int32)
    /// This signal ended it.
    case signal(Int32)
    /// Other code of this process took its exit status, as a plugin's library may.
    case unknown

    init(_ end: uwp_end) {
        self = end.is_signal != 0 ? .signal(end.number) : .exit(end.number)
    }

    /// The signal that the worker dies of likewise: of a crash, or of SIGKILL, which hosts take for a
    /// lack of memory.
    package var mirrored: Int32? {
        guard case .signal(let number) = self, Self.telling.contains(number) else { return nil }
        return number
    }

    /// What the kernel ends a process by that takes too much memory.
    static let kill = SIGKILL

    private static let telling = [
        SIGKILL, SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS,
    ]

    /// Ends this process by a signal, as if it had no handlers, and without a core dump.
    package static func dieOf(_ signal: Int32) -> Never { uwp_die_of(signal) }

    private static func name(_ signal: Int32) -> String? {
        unsafe uwp_signal_name(signal).map { unsafe String(cString: $0) }
    }

    /// What it did, as the end of a sentence.
    package var description: String {
        switch self {
        case .exit(let code): "ended with exit code \(code)"
        case .signal(let number):
            "was ended by signal \(number)" + (Self.name(number).map { " (SIG\($0))" } ?? "")
        case .unknown: "ended, and its exit status is lost"
        }
    }
}
