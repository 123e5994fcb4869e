import Synchronization
package import WorkerCore
import WorkerThreads

/// The log of the worker: one record an event, written at once, never waiting for a reader.
///
/// Thread-safe. A line reaches the descriptor by one write before the call returns, so that a crash
/// loses none. While a pipe is full, lines wait in a bounded buffer that a thread empties; those
/// beyond are dropped, and a later line tells how many. The descriptor stays the
/// caller's.
package final class Log: Sendable {
    /// How it is written.
    package let format: LogFormat
    /// Whether lines of text carry the priorities of the journal.
    package let isJournal: Bool
    private let threshold: Atomic<Int>
    private let clock: @Sendable () -> Timestamp
    private let sink: any LogSink
    private let queue: Mutex<LogQueue>

    /// Makes a log of text or JSON to a descriptor; `capacity` is the size of the waiting room in bytes.
    package convenience init(
        descriptor: Int32, level: LogLevel, format: LogFormat = .text, isJournal: Bool = false,
        capacity: Int = 256 << 10,
        clock: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.init(
            LineSink(descriptor: descriptor), level, format, isJournal: isJournal,
            capacity: capacity, clock: clock)
    }

    /// Makes a log to the journal.
    package convenience init(journal: JournalSink, level: LogLevel, capacity: Int = 256 << 10) {
        self.init(
            journal, level, .journal, isJournal: false, capacity: capacity, clock: Timestamp.now)
    }

    private init(
        _ sink: any LogSink, _ level: LogLevel, _ format: LogFormat, isJournal: Bool, capacity: Int,
        clock: @escaping @Sendable () -> Timestamp
    ) {
        self.sink = sink
        self.format = format
        self.isJournal = isJournal
        self.clock = clock
        threshold = Atomic(level.rawValue)
        queue = Mutex(LogQueue(capacity: capacity))
    }

    /// Has less grave levels written too, or fewer, but never none; returns the one now in force.
    ///
    /// One thread at a time.
    package func changeLevel(by step: Int) -> LogLevel {
        let next = LogLevel(rawValue: threshold.load(ordering: .relaxed) + step)
        if let next { threshold.store(next.rawValue, ordering: .relaxed) }
        return LogLevel(rawValue: threshold.load(ordering: .relaxed)) ?? .error
    }

    /// Whether a descriptor of the log's own, if it has one, is still what it was; if not, the log goes
    /// on by the caller's.
    @discardableResult
    package func checkDescriptor() -> Bool { sink.isWhole }

    /// Writes an event; the message is made only where its level is logged.
    package func write(
        _ level: LogLevel, _ kind: LogKind, _ message: @autoclosure () -> String
    ) {
        guard admits(level) else { return }
        tell(LogRecord(level, message(), kind))
    }

    /// Writes a record, if its level is logged.
    package func write(_ record: LogRecord) {
        if admits(record.level) { tell(record) }
    }

    /// Writes a record whatever its level is.
    package func tell(_ record: LogRecord) {
        let line = self.line(record)
        let action = queue.withLock {
            $0.offer(line, isClients: record.kind == .request, report: report, write: sink.write)
        }
        if case .startDrain = action { startDrain() }
    }

    /// Whether what is so grave is logged.
    package func admits(_ level: LogLevel) -> Bool {
        level.rawValue <= threshold.load(ordering: .relaxed)
    }

    package func error(_ message: @autoclosure () -> String) { write(.error, .other, message()) }
    package func warning(_ message: @autoclosure () -> String) {
        write(.warning, .other, message())
    }
    package func info(_ message: @autoclosure () -> String) { write(.info, .other, message()) }
    package func debug(_ message: @autoclosure () -> String) { write(.debug, .other, message()) }

    /// Waits until all lines are written, at most to a moment; false for the latter.
    @discardableResult
    package func flush(until deadline: Moment) -> Bool {
        let isDrained = Semaphore()
        if queue.withLock({ $0.await(isDrained) }) {
            _ = isDrained.wait(until: deadline)
        }
        return queue.withLock { $0.isEmpty }
    }

    private func line(_ record: LogRecord) -> [UInt8] {
        let bytes = LogLine.bytes(record, at: clock(), format, isJournal: isJournal)
        return format == .journal ? JournalSink.framed(bytes) : bytes
    }

    private func report(_ dropped: Int) -> [UInt8] {
        line(
            LogRecord(
                .warning, "\(dropped) log lines were dropped, since the log was not read"))
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
                _ = sink.waitUntilWritable(until: .never)
                written += sink.write(bytes.span.extracting(written...))
            }
        }
    }
}
