import Glibc
import Synchronization
import WorkerCore
import WorkerThreads

/// The reading end of a capture, owned by its thread.
final class CaptureReader: Sendable {
    private let descriptor: Int32
    private let onLine: @Sendable (String) -> Void
    private let poll: EventPoll
    /// What has been read; locked from each reading until its lines have been handed out.
    private let text = Mutex(Text())
    private let hasEnded = Semaphore()
    private let lastMoment = Atomic(Moment.never.nanoseconds)

    private struct Text {
        var splitter = LineSplitter()
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
    }

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
            let found = take()
            if found == .end || (found == .nothing && isStopping) { break }
            if isStopping, Moment.now().nanoseconds > lastMoment.load(ordering: .acquiring) {
                break
            }
        }
        text.withLock { $0.splitter.finish(onLine) }
        hasEnded.signal()
    }

    private enum Found { case text, nothing, end }

    /// Reads once, and hands out the lines.
    private func take() -> Found {
        text.withLock { text in
            let count = unsafe text.buffer.withUnsafeMutableBytes { bytes in
                unsafe read(descriptor, bytes.baseAddress, bytes.count)
            }
            if count < 0 { return errno == EAGAIN || errno == EINTR ? .nothing : .end }
            text.splitter.feed(text.buffer[..<count], onLine)
            return count == 0 ? .end : .text
        }
    }

    /// Hands out on the calling thread what has been written so far; of endless text a pipe's worth, 64 KiB, or a
    /// few more.
    func catchUp() {
        for _ in 0..<16 {
            guard take() == .text else { return }
        }
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
