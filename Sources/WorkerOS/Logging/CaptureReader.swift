import Glibc
import Synchronization
import WorkerCore
import WorkerThreads

/// The reading end of a capture, owned by its thread.
final class CaptureReader: Sendable {
    private let descriptor: Int32
    private let onLine: @Sendable (String) -> Void
    private let poll: EventPoll
    private let hasEnded = Semaphore()
    private let lastMoment = Atomic(Moment.never.nanoseconds)

    /// Takes over the reading, non-blocking end of a pipe; nil, and it is the caller's, if no descriptor is left.
    init?(descriptor: Int32, onLine: @escaping @Sendable (String) -> Void) {
        guard let poll = EventPoll(), poll.add(descriptor, 0, for: .readable) else { return nil }
        self.poll = poll
        self.descriptor = descriptor
        self.onLine = onLine
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
            if !isStopping {
                poll.wait {
                    switch $0 {
                    case .stopped, .broken: isStopping = true
                    default: break
                    }
                }
            }
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
        hasEnded.signal()
    }

    /// Whether what it reads and waits on is still there.
    var isWhole: Bool { poll.isWhole && poll.watches(descriptor) }

    /// Asks the thread to end and waits for that until a moment; false where it has not by then.
    func finish(until deadline: Moment) -> Bool {
        lastMoment.store(deadline.nanoseconds, ordering: .releasing)
        poll.stop()
        guard hasEnded.wait(until: deadline) else { return false }
        hasEnded.signal()  // For the next who asks.
        return true
    }
}
