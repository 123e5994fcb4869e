internal import CLinux
internal import Glibc
internal import Synchronization
package import WorkerCore

/// The catching of what plugins print: descriptor 1 becomes a pipe, and each line goes to a closure.
///
/// Begin before the plugin is loaded. Children of the plugin inherit the pipe.
package final class StandardOutputCapture: Sendable {
    /// What the descriptor led to before: close-on-exec, open for the life of this object.
    package let realOutput: Int32

    private let descriptor: Int32
    private let reader: CaptureReader
    private let isFinished = Mutex(false)

    private init(descriptor: Int32, realOutput: Int32, reader: CaptureReader) {
        self.descriptor = descriptor
        self.realOutput = realOutput
        self.reader = reader
    }

    deinit {
        close(realOutput)
    }

    /// Returns another descriptor of what a descriptor leads to, close-on-exec; itself where there is none left.
    ///
    /// The corresponding C function is `dup`.
    package static func copy(_ descriptor: Int32) -> Int32 {
        let copy = clinux_duplicate(descriptor)
        return copy < 0 ? descriptor : copy
    }

    /// Begins to capture; `onLine` runs on a thread of its own, for one line at a time.
    ///
    /// Another descriptor is standard error, where lines on it are to be wrapped. The corresponding C function is `dup2`.
    /// - Throws: `CaptureError`; the descriptor is then as it was.
    package static func start(
        descriptor: Int32 = STDOUT_FILENO, thread: StaticString = "stdout",
        onLine: @escaping @Sendable (String) -> Void
    ) throws(CaptureError) -> StandardOutputCapture {
        if descriptor == STDOUT_FILENO { clinux_stdout_flush() }
        // A daemon may be started with standard output closed.
        var real = clinux_duplicate(descriptor)
        if real < 0 { real = unsafe open("/dev/null", O_WRONLY | O_CLOEXEC) }
        var ends: [Int32] = [-1, -1]
        guard real >= 0, unsafe clinux_pipe(&ends) == 0, clinux_nonblocking(ends[0]) == 0,
            let reader = CaptureReader(descriptor: ends[0], onLine: onLine)
        else {
            let error = SystemError.last
            for end in ends + [real] where end >= 0 { close(end) }
            throw .cannotRedirect(descriptor: descriptor, error)
        }
        let capture = StandardOutputCapture(
            descriptor: descriptor, realOutput: real, reader: reader)
        defer { close(ends[1]) }
        do {
            try NamedThread.start(name: "\(thread)") { reader.run() }
        } catch {
            throw .noThread(error)
        }
        // dup2 leaves the copy open across exec, for the plugin's children.
        guard dup2(ends[1], descriptor) == descriptor else {
            throw .cannotRedirect(descriptor: descriptor, .last)
        }
        if descriptor == STDOUT_FILENO { clinux_stdout_by_line() }
        return capture
    }

    /// Writes a line to what standard output really is, such as `FATAL: …`; false where it cannot be had in time.
    ///
    /// It may lead to the journal, as the log does. The deadline is a moment.
    @discardableResult
    package func writeReal(_ line: String, until deadline: Moment) -> Bool {
        let sink = LineSink(descriptor: realOutput)
        let bytes = Array("\(OneLine.text(line, limit: LogLine.maxMessage))\n".utf8)
        var written = sink.write(bytes.span)
        while written < bytes.count {
            guard sink.waitUntilWritable(until: deadline) else {
                return false
            }
            written += sink.write(bytes.span.extracting(written...))
        }
        return true
    }

    /// Whether the reading end, which is the worker's, is still there; any thread.
    package var isWhole: Bool { reader.isWhole }

    /// Hands out on the calling thread the whole lines that have been printed so far, but for those of a flood.
    package func catchUp() { reader.catchUp() }

    /// Ends the capture: restores the descriptor and hands out what was printed; false where that took too long.
    ///
    /// The deadline is a moment. A process that still holds the pipe is not
    /// waited for: what it prints later is lost. Only the first call does anything.
    @discardableResult
    package func finish(until deadline: Moment) -> Bool {
        let isFirst = isFinished.withLock { isFinished in
            defer { isFinished = true }
            return !isFinished
        }
        if isFirst {
            if descriptor == STDOUT_FILENO { clinux_stdout_flush() }
            dup2(realOutput, descriptor)
        }
        return reader.finish(until: deadline)
    }
}

/// Why standard output cannot be captured.
package enum CaptureError: Error, Equatable, CustomStringConvertible {
    case cannotRedirect(descriptor: Int32, SystemError)
    case noThread(ThreadError)

    package var description: String {
        switch self {
        case .cannotRedirect(let descriptor, let error):
            "descriptor \(descriptor) cannot be captured: \(error)"
        case .noThread(let error): "standard output cannot be captured: \(error)"
        }
    }
}
