import Glibc
import TestSupport
import Testing

/// What a worker is born with, where its starter was careless: descriptors, arguments, /proc.
@Suite(.blocking) struct BirthTests {
    /// Which of descriptors 0, 1 and 2 are closed at the start, as letters that a shell closes.
    static let combinations: [[Int]] = [[], [0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]]

    /// Where the log goes, which decides which numbers are taken first: a pipe, or no pipe.
    static let logs = ["", "2>/dev/null"]

    /// Starts a worker on an inherited socket through a shell command that ends in `exec "$@"`.
    private static func start(
        _ command: String, _ fixture: String = "echo", _ className: String = "Echo",
        descriptor: Int32 = 3, sandboxed: Bool = false
    ) throws -> LiveWorker {
        let listener = try Listener()
        let process = try WorkerProcess(
            arguments: [
                "--module", try Fixture.path(fixture), "--class", className, "--fd",
                "\(descriptor)",
            ],
            inherited: [listener.descriptor],
            wrapper: (sandboxed ? Sandbox.wrapper : []) + ["/bin/sh", "-c", command, "sh"])
        return LiveWorker(process, port: listener.port)
    }

    private static func closing(_ descriptors: [Int], _ rest: String = "") -> String {
        (["exec \"$@\" \(rest)"] + descriptors.map { "\($0)>&-" }).joined(separator: " ")
    }

    @Test(arguments: combinations, logs)
    func `A worker without standard descriptors serves, and exits with 0 when it is told to`(
        descriptors: [Int], log: String
    ) throws {
        let worker = try Self.start(Self.closing(descriptors, log))
        #expect(try worker.client.execute("{\"a\":1}").status == 200)
        for descriptor in descriptors where descriptor != 1 {
            #expect(worker.facts.target(of: Int32(descriptor)) == "/dev/null")
        }
        // What the plugin prints is captured all the same.
        #expect(worker.facts.target(of: 1).hasPrefix("pipe:"))
        try worker.terminate(expecting: .exited(0))
    }

    @Test(arguments: combinations, logs)
    func `A worker without standard descriptors writes to its clients alone`(
        descriptors: [Int], log: String
    ) throws {
        let worker = try Self.start(Self.closing(descriptors, log))
        let connection = try worker.client.connect()
        // On a busy machine the start goes on beside the first requests; a thread that spins never rests.
        let patience = Deadline()
        while try !rests(worker, answering: connection) {
            try #require(!patience.hasPassed, "a thread is at work all the time")
        }
    }

    /// Whether all threads but the HTTP thread do next to nothing while that answers for half a second.
    private func rests(_ worker: LiveWorker, answering connection: HTTPConnection) throws -> Bool {
        let (start, before) = (Deadline.now, worker.facts.bustle)
        while Deadline.now < start + 500 {
            try connection.send("GET", "/health")
            #expect(try connection.readResponse().status == 200)
        }
        // One looks for zombies once a second.
        let seconds = Int(Deadline.now - start) / 1_000 + 1
        return worker.facts.bustle - before <= 25 + 3 * seconds
    }

    // The address sanitizer reserves terabytes of it.
    @Test(.enabled(if: Sanitizer.leavesMemoryAlone))
    func `A worker with too little address space to serve exits with 7, and says so`() throws {
        let process = try WorkerProcess(
            arguments: ["--module", try Fixture.path("echo"), "--class", "Echo", "--port", "0"],
            wrapper: ["/bin/sh", "-c", "ulimit -v 57344; exec \"$@\"", "sh"])
        try process.expectEnd(.exited(7))
        try process.standardError.line(containing: "(ulimit -v), is too low")
    }

    @Test(arguments: combinations)
    func `A worker without standard descriptors ends with its parent`(descriptors: [Int]) throws {
        try Self.expectEndOfOrphan("", descriptors)
    }

    /// Kills the shell that has started a worker.
    private static func expectEndOfOrphan(
        _ preparation: String, _ closed: [Int] = [], wrapper: [String] = []
    ) throws {
        let listener = try Listener()
        let control = try Descriptor.pipe()
        let announced = try Descriptor.pipe()
        // The shell's number is that of its parent, which the worker's is, too.
        let command = """
            \(preparation) parent=$$; (\(closing(closed, "--ppid $parent 4<&- 5>&-"))) &
            echo $! >&5; read line <&4
            """
        let shell = try WorkerProcess(
            arguments: ["--module", try Fixture.path("echo"), "--class", "Echo", "--fd", "3"],
            inherited: [listener.descriptor, control.reading, announced.writing],
            wrapper: wrapper + ["/bin/sh", "-c", command, "sh"])
        let text = try announced.reading.readLine(
            "the worker's number", until: Deadline())
        let pid = try #require(Int32(text))
        let worker = ProcessFacts(pid)
        #expect(try HTTPClient(.tcp(listener.port)).get("/health").status == 200)
        shell.signal(SIGKILL)
        _ = try shell.waitForExit()
        let deadline = Deadline()
        while worker.isAlive, !deadline.hasPassed { sched_yield() }
        #expect(!worker.isAlive)
        if worker.isAlive { _ = kill(pid, SIGKILL) }
    }

    @Test(arguments: [0, 1, 2], combinations)
    func `A socket in the place of a standard stream is served, and kept from children`(
        descriptor: Int32, closed: [Int]
    ) throws {
        let closed = closed.filter { $0 != descriptor }
        let worker = try Self.start(
            Self.closing(closed, "\(descriptor)<&3 3<&-"), descriptor: descriptor)
        #expect(try worker.client.execute("{}").status == 200)
        let target = worker.facts.target(of: descriptor)
        #expect(descriptor == 1 ? target.hasPrefix("pipe:") : target == "/dev/null")
        try worker.terminate(expecting: .exited(0))
    }

    @Test func `A socket that is all three standard streams, as inetd passes it, is served`() throws
    {
        let worker = try Self.start(
            Self.closing([], "0<&3 1>&3 2>&3 3<&-"), descriptor: 0)
        #expect(try worker.client.execute("{}").status == 200)
        #expect(worker.facts.target(of: 0) == "/dev/null")
        #expect(worker.facts.target(of: 2) == "/dev/null")
        try worker.terminate(expecting: .exited(0))
    }

    @Test func `A descriptor that is to be the socket but is closed is named in the error`() throws
    {
        let process = try WorkerProcess(
            arguments: ["--module", try Fixture.path("echo"), "--class", "Echo", "--fd", "0"],
            wrapper: ["/bin/sh", "-c", Self.closing([0]), "sh"])
        try process.standardError.line(containing: "descriptor 0 is not a socket")
        try process.expectEnd(.exited(3))
    }

    @Test(Sandbox.isNeeded)
    func `A worker without /dev/null and without standard descriptors serves`() throws {
        let worker = try Self.start(
            "\(Sandbox.hide("/dev")); \(Self.closing([0, 1, 2]))", sandboxed: true)
        #expect(try worker.client.execute("{}").status == 200)
        try worker.terminate(expecting: .exited(0))
    }

    @Test(Sandbox.isNeeded)
    func `A worker without /proc serves, says what it lacks, and exits with 0`() throws {
        let worker = try Self.start(
            "\(Sandbox.hide("/proc")); \(Self.closing([]))", sandboxed: true)
        #expect(try worker.client.execute("{}").status == 200)
        try worker.process.standardError.line(containing: "/proc is missing")
        let usage = try worker.client.get("/stats")
        #expect(usage.status == 200)
        #expect(!usage.text.contains("\"memory_rss_mb\":0.0"))
        try worker.terminate(expecting: .exited(0))
    }

    @Test(Sandbox.isNeeded)
    func `A worker without /proc finds its plugin beside itself`() throws {
        let folder = try TemporaryFolder()
        let command = """
            cd \(folder.path); mkdir -p bin lib/universal-worker/plugins
            cp "$1" bin/worker; cp "$0" lib/universal-worker/plugins/beside.so; shift
            \(Sandbox.hide("/proc")); exec bin/worker "$@"
            """
        let process = try WorkerProcess(
            arguments: ["--module", "beside", "--class", "Echo", "--port", "0"],
            wrapper: Sandbox.wrapper + ["/bin/sh", "-c", command, try Fixture.path("echo")])
        _ = try process.waitUntilListening()
    }

    @Test(Sandbox.isNeeded)
    func `A worker without /proc ends with its parent`() throws {
        try Self.expectEndOfOrphan("\(Sandbox.hide("/proc"));", wrapper: Sandbox.wrapper)
    }
}

extension ProcessFacts {
    /// What all threads but the HTTP thread have done so far: ticks of CPU time, and turns.
    fileprivate var bustle: Int {
        guard let folder = unsafe opendir("/proc/\(pid)/task") else { return 0 }
        defer { unsafe closedir(folder) }
        var sum = 0
        while let entry = unsafe readdir(folder) {
            let thread = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { name in
                unsafe String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
            }
            let status = Self.text("/proc/\(pid)/task/\(thread)/status")
            guard !status.isEmpty, !status.contains("uw-http") else { continue }
            for line in status.split(separator: "\n") where line.contains("ctxt_switches") {
                sum += Int(line.drop { !$0.isNumber }) ?? 0
            }
            // User and system time are fields 14 and 15; the name, field 2, ends in a parenthesis.
            let stat = Self.text("/proc/\(pid)/task/\(thread)/stat")
            let fields = stat.drop { $0 != ")" }.split(separator: " ")
            if fields.count > 13 { sum += (Int(fields[12]) ?? 0) + (Int(fields[13]) ?? 0) }
        }
        return sum
    }

    private static func text(_ path: String) -> String {
        guard let file = try? Descriptor(unsafe open(path, O_RDONLY | O_CLOEXEC), from: "open"),
            let bytes = try? file.read()
        else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// A mount namespace in which a folder is hidden; not every machine lets us have one.
private enum Sandbox {
    static let wrapper = ["/usr/bin/unshare", "--mount", "--propagation", "private"]

    /// Lets a test run only where the machine allows it.
    static let isNeeded = ConditionTrait.enabled(if: isAllowed, "mount namespaces are allowed")

    private static let isAllowed: Bool = {
        let command = "\(hide("/proc")) && \(hide("/dev")) && exit 0; exit 1"
        let probe = try? WorkerProcess(
            arguments: [], wrapper: wrapper + ["/bin/sh", "-c", command])
        return (try? probe?.waitForExit()) == .exited(0)
    }()

    /// The shell command that hides a folder behind an empty one.
    static func hide(_ folder: String) -> String { "mount -t tmpfs none \(folder)" }
}
