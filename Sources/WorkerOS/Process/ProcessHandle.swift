import CLinux
import Glibc
import WorkerCore

/// A hold on one process that no other process can take the place of.
///
/// Made and used under the reaper's lock. Where the kernel has no handles to give (before Linux
/// 5.3, under a filter of system calls, or without free descriptors), the number stands in; it is
/// then looked up anew before each use.
final class ProcessHandle {
    /// What came of a signal.
    enum Outcome {
        case sent
        /// The process is not there any more, or another one has its number.
        case gone
        /// The system does not allow it.
        case refused
    }

    let identity: DescendantIdentity
    /// Readable once the process has ended; -1 where only its number is known.
    let descriptor: Int32

    /// Opens a process; whose it is, the caller checks afterwards.
    init(_ identity: DescendantIdentity, usesDescriptor: Bool = true) {
        self.identity = identity
        descriptor = usesDescriptor ? clinux_process_open(identity.pid) : -1
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Sends a signal, after `isSame` has said that the number still belongs to the process.
    ///
    /// A descriptor stays with its process, so that one check after its opening holds for ever.
    func send(_ signal: Int32, isSame: () -> Bool) -> Outcome {
        if descriptor >= 0 {
            if clinux_process_signal(descriptor, signal) == 0 { return .sent }
            if errno == ESRCH { return .gone }
            // EPERM may come from a filter that knows kill better.
        }
        guard isSame() else { return .gone }
        if kill(identity.pid, signal) == 0 { return .sent }
        return errno == ESRCH ? .gone : .refused
    }

    /// Takes the exit status of the process; it is a zombie and a child of this one.
    @discardableResult
    func reap() -> Bool {
        clinux_process_reap(descriptor, identity.pid)
            || descriptor >= 0 && errno == EINVAL && clinux_process_reap(-1, identity.pid)
    }
}
