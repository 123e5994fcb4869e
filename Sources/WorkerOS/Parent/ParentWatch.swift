private import CLinux
private import Glibc
package import WorkerCore
import WorkerThreads

/// The watch over the process whose end ends the worker.
///
/// The truth is a pidfd: it stands for one process for ever, whatever becomes of its number, and
/// is readable once the last of its threads has ended (pidfd_open(2)). Where the kernel refuses
/// one, the process is known by its number and start time, and looked at from time to time.
package final class ParentWatch: Sendable {
    /// Readable once the parent is gone; nil where it has to be asked for by `isGone`.
    package let descriptor: Int32?
    /// Milliseconds between two questions where there is no descriptor.
    package static let pollInterval = TimeSpan.milliseconds(10)

    private let process: Int32
    private let startTime: UInt64
    /// Whether it started this process itself.
    private let isParent: Bool

    /// Begins to watch a process; nil where it is gone already.
    ///
    /// A process that was started after this one cannot be its host: the number has been used
    /// again. If the process is the direct parent, the kernel also sends `deathSignal` when the
    /// thread that started this process ends, which may be long before its process does.
    ///
    /// - Parameters:
    ///   - process: its number.
    ///   - deathSignal: is blocked, and asks for a look at `isGone`.
    package init?(_ process: Int32, deathSignal: Int32) {
        isParent = getppid() == process
        let pidfd = clinux_pidfd_open(process)
        descriptor = pidfd >= 0 ? pidfd : nil
        self.process = process
        if isParent { clinux_set_parent_death_signal(deathSignal) }
        let look = Look("/proc/\(process)")
        startTime = look?.start ?? 0
        if let look {
            if let own = Look("/proc/self"), look.start > own.start { return nil }
        } else if descriptor == nil {
            // It has ended; or /proc hides it, which a pidfd does not mind.
            return nil
        }
        // It may have ended between the fork and here, and its number may be another's by now.
        if isParent, getppid() != process { return nil }
        if isGone { return nil }
    }

    deinit { if let descriptor { close(descriptor) } }

    /// Whether the process has ended, reaped or not.
    package var isGone: Bool {
        if let descriptor {
            return Poll.wait(descriptor, until: .zero)
        }
        // The kernel gives a child another parent when the process has ended, whatever its number is now.
        if isParent, getppid() != process { return true }
        let folder = "/proc/\(process)"
        guard let look = Look(folder), look.start == startTime else { return true }
        // A process whose first thread has ended shows as a zombie while others live on.
        return look.isZombie && !hasLivingThread(folder)
    }

    private func hasLivingThread(_ folder: String) -> Bool {
        var isLiving = false
        ProcFile.numbers(in: "\(folder)/task") { thread in
            if let look = Look("\(folder)/task/\(thread)"), !look.isZombie { isLiving = true }
        }
        return isLiving
    }

    /// What `/proc` says of a process or thread.
    private struct Look {
        let start: UInt64
        let isZombie: Bool

        /// Looks at a folder of /proc; nil where there is none any more.
        init?(_ folder: String) {
            var file = ProcFile()
            guard file.read("\(folder)/stat"), let status = ProcessStatus(file.text),
                let nameEnd = file.text.lastIndex(of: UInt8(ascii: ")"))
            else { return nil }
            start = status.start
            // The state is the letter behind the name and a space.
            let state = file.text.dropFirst(nameEnd + 2 - file.text.startIndex).first
            isZombie = state == UInt8(ascii: "Z") || state == UInt8(ascii: "X")
        }
    }
}
