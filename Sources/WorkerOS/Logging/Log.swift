import Synchronization
package import WorkerCore
import WorkerThreads

/// The log of the worker: one line an event, written at once, never waiting for a reader.
///
/// Thread-safe. A line reaches the descriptor by one write before the call returns, so that a crash
/// loses none. While a pipe is full, lines wait in a bounded buffer that a thread empties; those
/// beyond are dropped, and a later line tells how many. The descriptor stays the
/// caller's.
package final class Log: Sendable {
    /// The least grave level that is written.
    package let level: LogLevel
    /// Whether lines carry the priorities of the journal.
    package let isJournal: Bool
    private let clock: @Sendable () -> Timestamp
    private let sink: LineSink
    private let queue: Mutex<LogQueue>

    /// Makes a log to a descriptor; `capacity` is the size of the waiting room in bytes.
    package init(
        descriptor: Int32, level: LogLevel, isJournal: Bool = false, capacity: Int = 256 << 10,
        clock: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.level = level
        self.isJournal = isJournal
        self.clock = clock
        sink = LineSink(descriptor: descriptor)
        queue = Mutex(LogQueue(capacity: capacity))
    }

    /// Whether a descriptor of the log's own, if it has one, is still what it was; if not, the log goes
    /// on by the caller's.
    @discardableResult
    package func checkDescriptor() -> Bool { sink.isWhole }

    /// Writes an event; the message is made only where its level is logged.
    package func write(_ level: LogLevel, _ message: @autoclosure () -> String) {
        guard level <= self.level else { return }
        let line = self.line(level, message())
        let action = queue.withLock { $0.offer(line, report: report, write: sink.write) }
        if case .startDrain = action { startDrain() }
    }

    package func error(_ message: @autoclosure () -> String) { write(.error, message()) }
    package func warning(_ message: @autoclosure () -> String) { write(.warning, message()) }
    package func info(_ message: @autoclosure () -> String) { write(.info, message()) }
    package func debug(_ message: @autoclosure () -> String) { write(.debug, message()) }

    /// Waits until all lines are written, at most to a moment; false for the latter.
    @discardableResult
    package func flush(until deadline: Moment) -> Bool {
        let isDrained = Semaphore()
        if queue.withLock({ $0.await(isDrained) }) {
            _ = isDrained.wait(until: deadline)
        }
        return queue.withLock { $0.isEmpty }
    }

    private func line(_ level: LogLevel, _ message: String) -> [UInt8] {
        LogLine.bytes(level, message, at: clock(), isJournal: isJournal)
    }

    private func report(_ dropped: Int) -> [UInt8] {
        line(.warning, "\(dropped) log lines were dropped, since the log was not read")
    }

    private func startDrain() {
        do {
            try NamedThread.start(name: "log") { self.drain() }
        } catch {
            queue.withLock { $0.stopDraining() }
        }
    }

    private func drain() {
        while let bytes = queue.withLock({ $0.take(report: report) }) {
            var written = 0
            while written < bytes.count {
                _ = sink.waitUntilWritable()
                written += sink.write(bytes.span.extracting(written...))
            }
        }
    }
}
