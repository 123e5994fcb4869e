private import CLinux
private import Glibc
import WorkerCore
import WorkerThreads

/// The watch over the process whose end ends the worker.
///
/// It hangs on no descriptor, which a plugin might close or put another file in the place of. A direct
/// parent is known by getppid(2), any other process by its number and start time. A pidfd says when to
/// look: it is readable once the last thread of the process has ended (pidfd_open(2)).
package final class ParentWatch: Sendable {
    /// Readable once the parent is gone, as long as no plugin touches it; nil where the kernel refuses one.
    let descriptor: Int32?
    /// The time between two looks where there is no descriptor.
    private static let pollInterval = TimeSpan.milliseconds(10)
    /// The same beside one.
    private static let longestTrust = TimeSpan.seconds(1)

    private let process: Int32
    /// When it was started; nil where /proc hides it.
    private let startTime: UInt64?
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
        let pidfd = clinux_process_open(process)
        descriptor = pidfd >= 0 ? pidfd : nil
        self.process = process
        if isParent { clinux_set_parent_death_signal(deathSignal) }
        let look = Self.look("/proc/\(process)")
        startTime = look?.start
        if let look {
            if let own = Self.look("/proc/self"), look.start > own.start { return nil }
        } else if descriptor == nil {
            // It has ended; or /proc hides it, which a pidfd does not mind.
            return nil
        }
        // It may have ended between the fork and here, and its number may be another's by now.
        if isGone { return nil }
    }

    deinit { if let descriptor { close(descriptor) } }

    /// Whether the process has ended, reaped or not.
    package var isGone: Bool {
        // The kernel gives a child another parent when the process has ended, whatever its number is now.
        if isParent { return getppid() != process }
        // There is nothing else to go by.
        guard let startTime else { return hasSignalled(until: .zero) }
        let folder = "/proc/\(process)"
        guard let look = Self.look(folder) else {
            // Perhaps there is no descriptor left to look with.
            return kill(process, 0) != 0 && errno == ESRCH || hasSignalled(until: .zero)
        }
        guard look.start == startTime else { return true }
        // A process whose first thread has ended shows as a zombie while others live on.
        return look.isZombie && !hasLivingThread(folder)
    }

    /// Waits until the process has ended; the body of a thread of its own.
    package func waitUntilGone() {
        while !isGone {
            // What is readable while the process lives is not its pidfd any more.
            guard hasSignalled(until: .now() + Self.longestTrust), !isGone else { continue }
            let pause = Semaphore()
            while !isGone { _ = pause.wait(until: .now() + Self.pollInterval) }
        }
    }

    private func hasSignalled(until moment: Moment) -> Bool {
        guard let descriptor else { return moment > .zero }
        return Poll.wait(descriptor, until: moment)
    }

    private func hasLivingThread(_ folder: String) -> Bool {
        var isLiving = false
        ProcFile.numbers(in: "\(folder)/task") { thread in
            if let look = Self.look("\(folder)/task/\(thread)"), !look.isZombie { isLiving = true }
        }
        return isLiving
    }

    /// What `/proc` says of the process or thread of a folder; nil where there is none any more.
    private static func look(_ folder: String) -> ProcessStatus? {
        var file = ProcFile()
        return file.read("\(folder)/stat") ? ProcessStatus(file.text) : nil
    }
}
