import Glibc
import Synchronization
import WorkerCore
import WorkerThreads

/// The reading end of a capture, owned by its thread.
final class CaptureReader: Sendable {
    private let descriptor: Int32
    private let onLine: @Sendable (String) -> Void
    private let stop: Latch
    private let end: Latch
    private let lastMoment = Atomic(Moment.never.nanoseconds)

    /// Takes over the reading, non-blocking end of a pipe; `stop` asks the thread to end, `end` opens once it did.
    init(
        descriptor: Int32, stop: Latch, end: Latch, onLine: @escaping @Sendable (String) -> Void
    ) {
        self.descriptor = descriptor
        self.onLine = onLine
        self.stop = stop
        self.end = end
    }

    deinit {
        close(descriptor)
    }

    /// Reads to the end of the pipe; once told to stop, only what is there, and not past the deadline.
    func run() {
        var splitter = LineSplitter()
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        var isStopping = false
        while true {
            if !isStopping { isStopping = Poll.readable(descriptor, stop.descriptor).second }
            let count = unsafe buffer.withUnsafeMutableBytes { bytes in
                unsafe read(descriptor, bytes.baseAddress, bytes.count)
            }
            if count > 0 { splitter.feed(buffer[..<count], onLine) }
            let isEmpty = count < 0 && (errno == EAGAIN || errno == EINTR)
            if count == 0 || (count < 0 && !isEmpty) || (isEmpty && isStopping) { break }
            if isStopping, Moment.now().nanoseconds > lastMoment.load(ordering: .acquiring) {
                break
            }
        }
        splitter.finish(onLine)
        end.open()
    }

    /// Asks the thread to end and waits for that until a moment.
    func finish(until deadline: Moment) -> Bool {
        lastMoment.store(deadline.nanoseconds, ordering: .releasing)
        stop.open()
        return end.wait(until: deadline)
    }
}
