import CLinux
import Glibc
package import WorkerCore

/// What a process writes, line by line, read by a thread of its own so that the process never waits.
package final class OutputReader: Sendable {
    /// The end of the pipe that the process gets.
    package let input: Int32
    private let reader: CaptureReader

    /// Makes a pipe and begins to read it; `onLine` is called on the thread.
    ///
    /// - Throws: `SystemError` where the system gives no pipe or thread.
    package init(onLine: @escaping @Sendable (String) -> Void) throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        guard unsafe clinux_pipe(&ends) == 0, clinux_nonblocking(ends[0]) == 0 else {
            throw .last
        }
        guard let reader = CaptureReader(descriptor: ends[0], onLine: onLine) else {
            close(ends[0])
            close(ends[1])
            throw SystemError(code: EMFILE)
        }
        (self.reader, input) = (reader, ends[1])
        do throws(ThreadError) {
            try NamedThread.start(name: "output") { reader.run() }
        } catch {
            throw SystemError(code: EAGAIN)
        }
    }

    deinit { close(input) }

    /// Reads what is left, until a moment at most.
    package func finish(until deadline: Moment) { _ = reader.finish(until: deadline) }
}
