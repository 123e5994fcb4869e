import CPluginProcess
import Glibc
package import WorkerCore
import WorkerThreads

/// A program that runs below a guard, which ends it and all that it starts when the thread that started it ends.
///
/// For one thread. Its descriptors are those that are given to it, from 3 on, and one for its output.
@safe package final class GuardedProcess {
    /// How it ended.
    package enum Ending: Equatable, CustomStringConvertible {
        case exited(Int32)
        case killed(by: Int32)
        /// The system does not say.
        case unknown

        /// What has happened, as it follows the name of the process in a sentence.
        package var description: String {
            switch self {
            case .exited(let code): "ended with exit code \(code)"
            case .killed(let signal):
                unsafe "was ended by signal \(signal) (SIG\(uwp_signal_name(signal).map { unsafe String(cString: $0) } ?? "?"))"
            case .unknown: "ended"
            }
        }
    }

    private var process = uwp_process()
    /// How it ended, once that is known.
    package private(set) var ending: Ending?

    /// Starts a program, with variables as NAME=value; standard output and error lead to `output`.
    ///
    /// The corresponding C function is `uwp_start`.
    /// - Throws: why it could not be executed.
    package init(
        _ path: String, _ arguments: [String], environment: [String], descriptors: [Int32],
        output: Int32
    ) throws(SystemError) {
        let argv = CStrings([path] + arguments)
        let envp = CStrings(environment)
        let failure = unsafe path.withCString { path in
            unsafe descriptors.withUnsafeBufferPointer { numbers -> uwp_failure in
                guard let first = numbers.baseAddress else {
                    return uwp_failure(error: EINVAL, is_exec: 0)
                }
                var program = unsafe uwp_program(
                    path: path, arguments: argv.pointer, environment: envp.pointer,
                    descriptors: first, count: numbers.count, output: output)
                return unsafe uwp_start(&program, &process)
            }
        }
        guard failure.error == 0 else { throw SystemError(code: failure.error) }
    }

    /// Its number, which is its own until `wait` has seen its end.
    package var number: Int32 { process.pid }

    /// Sends it a signal, if it still runs.
    package func signal(_ signal: Int32) {
        if ending == nil { _ = unsafe uwp_signal(&process, signal) }
    }

    /// Waits for its end until a moment; nil if it has not ended by then.
    package func wait(until deadline: Moment) -> Ending? {
        if ending == nil, Poll.wait(process.end_fd, until: deadline) {
            var end = uwp_end()
            let isKnown = unsafe uwp_reap(&process, &end) == 0
            ending =
                !isKnown
                ? .unknown : end.is_signal != 0 ? .killed(by: end.number) : .exited(end.number)
        }
        return ending
    }
}
