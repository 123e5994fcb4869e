import Glibc
public import Testing

/// A worker that runs, or a program of Tests/Fixtures, from its start to its end; killed when the test lets go of it.
public final class WorkerProcess: Sendable {
    /// How a process has ended.
    public enum Ending: Sendable, Equatable {
        /// By exit, with this code.
        case exited(Int32)
        /// By this signal.
        case signalled(Int32)
    }

    /// The process.
    public let pid: Int32
    /// What it writes on stdout.
    public let standardOutput: Capture
    /// What it writes on stderr.
    public let standardError: Capture
    private let handle: Descriptor
    private let ending = Monitor<Ending?>(nil)

    /// Starts the binary, or another program, with `arguments`.
    ///
    /// `environment` adds to the test's own, less what that has for fixtures. Of `inherited`, the
    /// first becomes descriptor 3, the next 4, and no other one is passed on. A `wrapper` is a
    /// program with arguments that ends in an exec of the command behind them.
    public init(
        program: String? = nil, arguments: [String], environment: [String: String] = [:],
        inherited: [Descriptor] = [],
        wrapper: [String] = []
    ) throws {
        let binary = try program ?? WorkerBinary.path()
        let command = wrapper + [binary] + arguments
        let output = try Descriptor.pipe()
        let error = try Descriptor.pipe()
        pid = try Spawn.spawn(
            command[0], Array(command.dropFirst()), environment: environment,
            output: output.writing,
            error: error.writing, inherited: inherited)
        output.writing.close()
        error.writing.close()
        standardOutput = Capture(output.reading)
        standardError = Capture(error.reading)
        handle = try Descriptor(GNUFunctions.openHandle(pid), from: "pidfd_open")
    }

    deinit {
        if ending.withLock({ $0 == nil }) {
            _ = kill(pid, SIGKILL)
            var status: Int32 = 0
            while unsafe waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        }
    }

    /// Starts a worker for a class of a fixture on a port of its own choice, not yet listening.
    ///
    /// It has 40 seconds to end, since a busy machine needs longer than a host would wait. A test
    /// in which plugin code runs at the end names its own `--shutdown-grace`, part of which it takes.
    public static func launch(
        _ fixture: String, _ className: String, _ options: [String] = [],
        environment: [String: String] = [:]
    ) throws -> WorkerProcess {
        let path = try Fixture.path(fixture)
        return try WorkerProcess(
            arguments: ["--module", path, "--class", className, "--port", "0"]
                + ["--shutdown-grace", "40"] + options,
            environment: environment)
    }

    /// Starts a worker for a class of a fixture, and waits until it listens.
    public static func start(
        _ fixture: String, _ className: String, _ options: [String] = [],
        environment: [String: String] = [:]
    ) throws -> LiveWorker {
        let process = try launch(fixture, className, options, environment: environment)
        return LiveWorker(process, port: try process.waitUntilListening())
    }

    /// Waits for the log line that announces the port, and returns the port.
    public func waitUntilListening(within milliseconds: Int = Deadline.patience) throws -> UInt16 {
        try standardError.line("announced port", within: milliseconds, Self.announcedPort)
    }

    /// The port that a line of the log announces: the one place that knows how it is spelt.
    private static func announcedPort(_ line: Substring) -> UInt16? {
        guard let range = line.firstRange(of: "listening on ") else { return nil }
        let place = line[range.upperBound...].prefix { $0 != "," && $0 != " " }
        guard let colon = place.lastIndex(of: ":") else { return nil }
        return UInt16(place[place.index(after: colon)...])
    }

    /// Sends a signal.
    public func signal(_ number: Int32) { _ = kill(pid, number) }

    /// Whether it has not ended yet.
    public var isRunning: Bool {
        (try? handle.wait(for: POLLIN, "its end", until: Deadline(milliseconds: 0))) == nil
    }

    /// Waits for its end, and expects it to be this one; otherwise shows the end of its log.
    public func expectEnd(
        _ expected: Ending, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let ending = try waitForExit()
        let log = standardError.text.suffix(8_000)
        #expect(ending == expected, "\(log)", sourceLocation: sourceLocation)
    }

    /// Waits for its end.
    @discardableResult
    public func waitForExit(within milliseconds: Int = Deadline.patience) throws -> Ending {
        let deadline = Deadline(milliseconds: milliseconds)
        try handle.wait(for: POLLIN, "the end of the worker", until: deadline)
        return ending.withLock { ending in
            if let ending { return ending }
            var status: Int32 = 0
            while unsafe waitpid(pid, &status, 0) < 0 && errno == EINTR {}
            let signal = status & 0x7f
            let result =
                signal == 0 ? Ending.exited((status >> 8) & 0xff) : Ending.signalled(signal)
            ending = result
            return result
        }
    }
}
