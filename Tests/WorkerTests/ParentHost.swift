import Glibc
import Testing

@testable import TestSupport

/// A host of a worker that dies on demand, and the keeper that sees how the worker takes it.
///
/// The program is Tests/Fixtures/host.c. Letting go of the object ends all of its processes.
final class ParentHost: Sendable {
    /// How the worker has ended.
    struct End: Sendable, Equatable {
        let ending: WorkerProcess.Ending
        /// The host still lived then.
        let isEarly: Bool
        /// A process that the worker left behind.
        let leavesProcesses: Bool

        /// Whether the worker has gone because of its parent, and with all that it started.
        var isOrderly: Bool { ending == .exited(5) && !isEarly && !leavesProcesses }
    }

    /// Expects an end because of the parent.
    static func expectEnd(
        sourceLocation: SourceLocation = #_sourceLocation, _ run: () throws -> End
    ) throws {
        let end = try run()
        #expect(end.isOrderly, "\(end)", sourceLocation: sourceLocation)
    }

    /// What the keeper is told, one letter each.
    enum Command: String {
        /// The thread or process that started the worker ends; waits until it has.
        case endSpawner = "e"
        /// SIGKILL for the host.
        case kill = "k"
        /// The same, with the host's number given to a new process at once.
        case killAndReuse = "r"
        /// SIGTERM for the worker.
        case terminate = "t"
    }

    /// The host.
    let pid: Int32
    /// The worker.
    let worker: Int32
    /// What the worker writes on stdout and stderr.
    let log: Capture
    private let keeper: Int32
    private let control: Descriptor
    private let reports: Capture

    /// Starts a host with `options` of host.c, which starts a worker for a class of a fixture.
    ///
    /// The host may be dead at the end of it.
    init(
        _ options: [String] = [], _ access: PidfdAccess = .granted, _ fixture: String = "echo",
        _ className: String = "Echo", port: UInt16 = 0, workerOptions: [String] = [],
        environment: [String: String] = [:]
    ) throws {
        let program = Fixture.folder + "/host"
        guard unsafe Glibc.access(program, X_OK) == 0 else {
            throw TestFailure("no helper \(program): run `make fixtures`")
        }
        let output = try Descriptor.pipe()
        let error = try Descriptor.pipe()
        let orders = try Descriptor.pipe()
        let path = try Fixture.path(fixture)
        keeper = try Spawn.spawn(
            program,
            options + access.options + [
                "--", try WorkerBinary.path(), "--module", path, "--class", className, "--port",
                "\(port)",
            ] + workerOptions, environment: environment, output: output.writing,
            error: error.writing, inherited: [orders.reading])
        output.writing.close()
        error.writing.close()
        orders.reading.close()
        control = orders.writing
        reports = Capture(output.reading)
        log = Capture(error.reading)
        pid = try reports.line("host", Self.number("host "))
        worker = try reports.line("worker", Self.number("worker "))
    }

    deinit {
        control.close()
        var status: Int32 = 0
        while unsafe waitpid(keeper, &status, 0) < 0 && errno == EINTR {}
    }

    /// A client of the worker, once it listens.
    func client() throws -> HTTPClient {
        let port = try log.line("announced port") { line -> UInt16? in
            guard let range = line.firstRange(of: "listening on 127.0.0.1:") else { return nil }
            return UInt16(line[range.upperBound...].prefix { $0.isNumber })
        }
        return HTTPClient(.tcp(port))
    }

    /// Tells the keeper to do something.
    func tell(_ command: Command) throws {
        try control.write(Array(command.rawValue.utf8), until: Deadline())
        if command == .endSpawner { try reports.line(containing: "ended") }
    }

    /// Whether the worker ends within `milliseconds`, told nothing more.
    func ends(within milliseconds: Int) -> Bool {
        (try? reports.line(containing: "end ", within: milliseconds)) != nil
    }

    /// Whether the kernel refused to give the host's number to another process.
    var wasRefused: Bool { reports.text.contains("refused ") }

    /// Waits for the end of the worker.
    func end() throws -> End {
        try reports.line("end") { line -> End? in
            let words = line.split(separator: " ")
            guard words.count == 7, words[0] == "end", let number = Int32(words[2])
            else { return nil }
            return End(
                ending: words[1] == "exited" ? .exited(number) : .signalled(number),
                isEarly: words[3] == "early", leavesProcesses: words[6] != "0")
        }
    }

    /// Kills the host, and waits for the end of the worker.
    func die() throws -> End {
        // The keeper has ended already if the worker has.
        try? tell(.kill)
        return try end()
    }

    private static func number(_ name: String) -> (Substring) -> Int32? {
        { line in line.hasPrefix(name) ? Int32(line.dropFirst(name.count)) : nil }
    }
}

/// Whether the worker may have a pidfd; without, it has to look at /proc, and must find the same.
enum PidfdAccess: String, CaseIterable, Sendable {
    case granted
    /// As under a seccomp filter of a container.
    case forbidden
    /// As under a kernel before 5.3.
    case missing

    /// The options of host.c.
    var options: [String] {
        switch self {
        case .granted: []
        case .forbidden: ["--refuse", "\(EPERM)"]
        case .missing: ["--refuse", "\(ENOSYS)"]
        }
    }
}
