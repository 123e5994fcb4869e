import Glibc
import TestSupport
import Testing

/// Signals, whatever the worker was born with and whatever its plugin does to them.
@Suite(.blocking) struct SignalTests {
    /// Starts a worker, on a port of its own choice, through a program that ends in an exec.
    private static func start(
        through wrapper: [String] = [], _ options: [String] = [],
        environment: [String: String] = [:]
    ) throws -> LiveWorker {
        let process = try WorkerProcess(
            arguments: [
                "--module", try Fixture.path("signals"), "--class", "Signals", "--port", "0",
            ] + options,
            environment: environment, wrapper: wrapper)
        return LiveWorker(process, port: try process.waitUntilListening())
    }

    private static func shell(_ command: String) -> [String] {
        ["/bin/sh", "-c", "\(command); exec \"$@\"", "sh"]
    }

    /// Has a thread of the plugin's block no signal, as those of some libraries.
    private static func open(_ client: HTTPClient) throws {
        let gate = try Gate(in: TemporaryFolder())
        #expect(
            try client.execute("{\"mode\":\"open\",\"announce\":\"\(gate.announce)\"}").text == "0")
        try gate.arrival()
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGQUIT])
    func `A signal that asks for the end is heard although a thread of the plugin blocks none`(
        signal: Int32
    ) throws {
        let worker = try Self.start()
        try Self.open(worker.client)
        worker.process.signal(signal)
        try worker.process.expectEnd(.exited(0))
    }

    @Test(arguments: [false, true])
    func `A SIGQUIT of the process's own, as Go's runtime sends in a crash, asks for no end`(
        isOpen: Bool
    ) throws {
        let worker = try Self.start()
        if isOpen { try Self.open(worker.client) }
        #expect(try worker.client.execute("{\"mode\":\"send\",\"signal\":3}").text == "0")
        // It has been taken by now.
        worker.process.signal(SIGHUP)
        try worker.process.standardError.line(containing: "nothing to reload")
        #expect(try worker.client.execute("{\"mode\":\"log\"}").status == 200)
        worker.process.signal(SIGQUIT)
        try worker.process.expectEnd(.exited(0))
    }

    @Test func `SIGHUP is survived although a thread of the plugin blocks no signal`() throws {
        let worker = try Self.start()
        try Self.open(worker.client)
        worker.process.signal(SIGHUP)
        try worker.process.standardError.line(containing: "nothing to reload")
        try worker.terminate(expecting: .exited(0))
    }

    @Test
    func
        `The starting thread may end although a thread of the plugin blocks no signal`()
        throws
    {
        let host = try ParentHost(["--spawner", "thread"], .granted, "signals", "Signals")
        let client = try host.client()
        try Self.open(client)
        try host.tell(.endSpawner)
        // It has been sent by now, and taken before the next call that is sent to the process.
        #expect(try client.execute("{\"mode\":\"send\",\"signal\":1}").text == "0")
        try host.log.line(containing: "nothing to reload")
        #expect(try client.get("/health").status == 200)
        #expect(try host.die().isOrderly)
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func `A signal that a plugin takes while it is created is the worker's again when it serves`(
        signal: Int32
    ) throws {
        let worker = try Self.start(environment: ["FIXTURE_CREATE_TAKES": "\(signal)"])
        try Self.open(worker.client)
        worker.process.signal(signal)
        try worker.process.expectEnd(.exited(0))
    }

    @Test(arguments: [SIGTERM, SIGINT], ["take", "ignore", "default"])
    func `A signal that a plugin takes in a call is taken back`(signal: Int32, mode: String) throws
    {
        let worker = try Self.start()
        try Self.open(worker.client)
        let answer = try worker.client.execute("{\"mode\":\"\(mode)\",\"signal\":\(signal)}")
        #expect(answer.text == "0")
        try worker.process.standardError.line(containing: "takes back")
        worker.process.signal(signal)
        try worker.process.expectEnd(.exited(0))
    }

    @Test func `A signal that means nothing is logged once, by its name, and is survived`() throws {
        let worker = try Self.start()
        let signals: [(Int32, String)] = [
            (SIGVTALRM, "SIGVTALRM"), (SIGPROF, "SIGPROF"), (SIGIO, "SIGPOLL"),
            (SIGSTKFLT, "SIGSTKFLT"),
            (34, "SIGRTMIN+0"), (64, "SIGRTMIN+30"),
        ]
        for (signal, name) in signals {
            worker.process.signal(signal)
            try worker.process.standardError.line(containing: "\(name) means nothing")
            worker.process.signal(signal)
        }
        #expect(try worker.client.execute("{}").status == 200)
        try worker.terminate(expecting: .exited(0))
        let lines = try worker.process.standardError.textAtEnd().split(separator: "\n")
        #expect(lines.count { $0.contains("means nothing") } == signals.count)
    }

    @Test(arguments: [SIGUSR1, SIGALRM, SIGQUIT, 40])
    func `A signal that the plugin handles stays the plugin's`(signal: Int32) throws {
        let worker = try Self.start()
        let kwargs = "\"signal\":\(signal)}"
        #expect(try worker.client.execute("{\"mode\":\"take\",\(kwargs)").text == "0")
        #expect(try worker.client.execute("{\"mode\":\"send\",\(kwargs)").text == "0")
        #expect(try worker.client.execute("{\"mode\":\"taken\"}").text == "1")
        worker.process.signal(SIGHUP)
        try worker.process.standardError.line(containing: "nothing to reload")
        #expect(!worker.process.standardError.text.contains("means nothing"))
        try worker.terminate(expecting: .exited(0))
    }

    @Test(arguments: [(SIGALRM, "SIGALRM"), (SIGXCPU, "SIGXCPU"), (SIGPWR, "SIGPWR")])
    func `A signal that says that a limit or the power has run out ends the worker in order`(
        signal: Int32, name: String
    ) throws {
        let worker = try Self.start()
        worker.process.signal(signal)
        worker.process.signal(signal)
        try worker.process.expectEnd(.exited(0))
        #expect(try worker.process.standardError.textAtEnd().contains("\(name) asks"))
    }

    @Test func `A log without a reader ends no worker, whatever the plugin has done to SIGPIPE`()
        throws
    {
        let listener = try Listener()
        let pipe = try Descriptor.pipe()
        let process = try WorkerProcess(
            arguments: [
                "--module", try Fixture.path("signals"), "--class", "Signals", "--fd", "3",
            ],
            inherited: [listener.descriptor, pipe.writing],
            wrapper: ["/bin/sh", "-c", "exec \"$@\" 2>&4 4>&-", "sh"])
        pipe.writing.close()
        let worker = LiveWorker(process, port: listener.port)
        #expect(try worker.client.get("/health").status == 200)
        pipe.reading.close()
        for _ in 0..<20 {
            let reset = try worker.client.execute("{\"mode\":\"default\",\"signal\":\(SIGPIPE)}")
            #expect(reset.text == "0")
            #expect(try worker.client.execute("{\"mode\":\"log\"}").text == "true")
            process.signal(SIGHUP)
        }
        try worker.terminate(expecting: .exited(0))
    }

    @Test func `A file that is too large ends neither the worker nor its plugin`() throws {
        let folder = try TemporaryFolder()
        let log = folder.file("log")
        let listener = try Listener()
        let process = try WorkerProcess(
            arguments: [
                "--module", try Fixture.path("signals"), "--class", "Signals", "--fd", "3",
            ],
            inherited: [listener.descriptor],
            wrapper: ["/bin/sh", "-c", "ulimit -f 1; exec \"$@\" 2>\(log)", "sh"])
        let worker = LiveWorker(process, port: listener.port)
        for _ in 0..<40 {
            #expect(try worker.client.execute("{\"mode\":\"log\"}").text == "true")
        }
        #expect(try worker.client.execute("{\"mode\":\"overrun\"}").text == "\"EFBIG\"")
        try worker.terminate(expecting: .exited(0))
    }

    @Test
    func
        `What the starter ignored or blocked has its default in the worker and its children`()
        throws
    {
        let ignored = "CHLD,TERM,INT,USR1,PIPE,XFSZ,TSTP,TTOU,TTIN,WINCH,RTMIN"
        let worker = try Self.start(through: [
            "/usr/bin/env", "--ignore-signal=\(ignored)", "--block-signal=TERM,CHLD,USR1,ALRM",
        ])
        #expect(try worker.client.execute("{\"mode\":\"status\"}").text == "7")
        let child = try Self.run(worker.client, "fork", "grep -E 'Sig(Blk|Ign)' /proc/self/status")
        #expect(Self.signals(child) == [0, 0])
        // A broken pipe ends a child as programs expect: exec has reset the worker's handler.
        let ended = try Self.run(worker.client, "fork", "sh -c 'kill -PIPE $$'; echo $?")
        #expect(ended.contains("141"))
        try worker.terminate(expecting: .exited(0))
    }

    @Test func `SIGHUP stays ignored after nohup, for children too`() throws {
        let worker = try Self.start(through: ["/usr/bin/env", "--ignore-signal=HUP"])
        worker.process.signal(SIGHUP)
        let child = try Self.run(worker.client, "fork", "grep SigIgn /proc/self/status")
        #expect(Self.signals(child) == [1])
        try worker.terminate(expecting: .exited(0))
        #expect(!worker.process.standardError.text.contains("SIGHUP"))
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGUSR1, SIGALRM, SIGPIPE, SIGXFSZ])
    func `A signal that is sent to a forked child ends the child alone`(signal: Int32) throws {
        let worker = try Self.start()
        let answer = try worker.client.execute("{\"mode\":\"end_fork\",\"signal\":\(signal)}")
        #expect(answer.text == "\(signal)")
        #expect(try worker.client.get("/health").status == 200)
        try worker.terminate(expecting: .exited(0))
        #expect(!worker.process.standardError.text.contains("means nothing"))
    }

    @Test(arguments: ["fork", "vfork", "spawn", "system", "popen"])
    func `The limit of open files that children get is that of the documents`(how: String) throws {
        let worker = try Self.start(
            through: Self.shell("ulimit -S -n 300"), ["--max-connections", "50"])
        let limit = try Self.run(worker.client, how, "ulimit -n")
        // What runs no fork handlers gets room for the worker's connections, not the hard limit.
        #expect(Int(limit.filter(\.isNumber)) == (how == "fork" ? 300 : 300 + 50 + 128))
        try worker.terminate(expecting: .exited(0))
    }

    /// The sets of signals in a text of /proc, without the C library's own, which it guards itself.
    private static func signals(_ text: String) -> [UInt64] {
        text.split { !$0.isHexDigit }.filter { $0.count == 16 }
            .compactMap { UInt64($0, radix: 16).map { $0 & ~0x1_8000_0000 } }
    }

    /// What a shell command prints that the plugin runs.
    private static func run(
        _ client: HTTPClient, _ how: String, _ command: String
    ) throws -> String {
        try client.execute(
            "{\"mode\":\"run\",\"how\":\"\(how)\",\"command\":\"\(command)\"}"
        ).text
    }
}
