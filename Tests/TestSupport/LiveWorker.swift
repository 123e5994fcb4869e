import Glibc
public import Testing

/// A worker that listens, and a client of it.
public final class LiveWorker: Sendable {
    /// The process.
    public let process: WorkerProcess
    /// Its port.
    public let port: UInt16
    /// A client of it.
    public let client: HTTPClient

    /// Makes the pair of `process` and a client of `port`.
    public init(_ process: WorkerProcess, port: UInt16) {
        self.process = process
        self.port = port
        client = HTTPClient(.tcp(port))
    }

    /// What /proc says about it.
    public var facts: ProcessFacts { ProcessFacts(process.pid) }

    /// Asks it to end, and waits until it has.
    @discardableResult
    public func terminate(within milliseconds: Int = Deadline.patience) throws
        -> WorkerProcess.Ending
    {
        process.signal(SIGTERM)
        return try process.waitForExit(within: milliseconds)
    }

    /// Asks it to end, and expects it to end like this; otherwise shows the end of its log.
    public func terminate(
        expecting expected: WorkerProcess.Ending, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        process.signal(SIGTERM)
        try process.expectEnd(expected, sourceLocation: sourceLocation)
    }
}
