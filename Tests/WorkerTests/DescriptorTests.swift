import Glibc
import TestSupport
import Testing

/// Plugins that close descriptors which are the worker's, or put other files in their place.
@Suite(.blocking) struct DescriptorTests {
    /// What a fixture does to one descriptor, or to all.
    private static let modes = ["close", "replace"]
    /// Those that a worker has beside the standard ones, and some more.
    private static let numbers = Array(Int32(3)...18)

    /// Has the fixture do something, and waits until it has; the answer may not get through.
    private static func strike(_ client: HTTPClient, _ mode: String, _ number: Int32 = 0) throws {
        let gate = try Gate(in: TemporaryFolder())
        let connection = try client.connect()
        let kwargs = "{\"mode\":\"\(mode)\",\"number\":\(number),\(gate.kwargs)}"
        try connection.send("POST", "/execute", body: "{\"kwargs\":\(kwargs)}")
        // A worker that notices at once ends before the fixture has told.
        let deadline = Deadline()
        while (try? gate.arrival(within: 100)) == nil, connection.staysSilent(milliseconds: 0) {
            guard !deadline.hasPassed else { throw TestFailure("nothing comes of \(mode)") }
        }
    }

    @Test(arguments: modes, numbers)
    func `SIGTERM ends a worker whatever descriptor of its own a plugin has closed or replaced`(
        mode: String, number: Int32
    ) throws {
        let worker = try WorkerProcess.start(
            "descriptors", "Descriptors", ["--shutdown-grace", "2"])
        try Self.strike(worker.client, mode, number)
        let ending = try worker.terminate()
        #expect([.exited(0), .exited(7)].contains(ending))
    }

    @Test(arguments: modes + ["socket"])
    func
        `SIGTERM ends a worker whose plugin has closed or replaced the socket of a client that waits`(
            mode: String
        ) throws
    {
        let worker = try WorkerProcess.start(
            "descriptors", "Descriptors", ["--shutdown-grace", "2"])
        func sockets() -> Set<Int32> {
            Set((3...40).filter { worker.facts.target(of: $0).hasPrefix("socket:") })
        }
        let before = sockets()
        let idle = try worker.client.connect()
        try idle.send("GET", "/health")
        #expect(try idle.readResponse().status == 200)
        let number = try #require(sockets().subtracting(before).first)
        try Self.strike(worker.client, mode, number)
        let ending = try worker.terminate()
        #expect([.exited(0), .exited(7)].contains(ending))
    }

    @Test(arguments: ["main", "child"], numbers)
    func `A worker ends with its host whatever descriptor of its own a plugin has closed`(
        spawner: String, number: Int32
    ) throws {
        let host = try ParentHost(
            ["--spawner", spawner], .granted, "descriptors", "Descriptors")
        try Self.strike(host.client(), "close", number)
        let end = try host.die()
        #expect([.exited(5), .exited(7)].contains(end.ending))
        #expect(!end.leavesProcesses)
    }

    @Test(arguments: ["close_all", "close_range"])
    func `A worker whose plugin has closed all descriptors ends, and says why`(mode: String) throws
    {
        let worker = try WorkerProcess.start(
            "descriptors", "Descriptors", ["--shutdown-grace", "2"])
        try Self.strike(worker.client, mode)
        try worker.process.expectEnd(.exited(7))
        try worker.process.standardError.line(
            containing: "error the worker cannot go on: the plugin has closed or replaced ")
    }

    @Test
    func `A worker whose plugin lowers the limit of open files serves again once it is raised`()
        throws
    {
        let worker = try WorkerProcess.start("descriptors", "Descriptors")
        let first = try worker.client.connect()
        func set(_ limit: Int) throws {
            let kwargs = "{\"mode\":\"limit\",\"number\":\(limit)}"
            try first.send("POST", "/execute", body: "{\"kwargs\":\(kwargs)}")
            #expect(try first.readResponse().status == 200)
        }
        try set(5)
        let second = try worker.client.connect()
        try second.send("GET", "/health")
        try worker.process.standardError.line(
            containing: "connections wait that cannot be accepted")
        try set(1_024)
        #expect(try second.readResponse().status == 200)
        try worker.terminate(expecting: .exited(0))
    }

    @Test(arguments: modes)
    func `A worker that has lost its listening socket ends, and says so`(mode: String) throws {
        let worker = try WorkerProcess.start(
            "descriptors", "Descriptors", ["--shutdown-grace", "2"])
        // The only socket that is there before a client has come.
        let number = try #require(
            (3...20).first { worker.facts.target(of: $0).hasPrefix("socket:") })
        try Self.strike(worker.client, mode, number)
        try worker.process.expectEnd(.exited(7))
        try worker.process.standardError.line(
            containing: "the plugin has closed or replaced its listening socket")
    }

    @Test(arguments: [("use_up", 0), ("limit", 3), ("limit", 0)])
    func `Processes end with a worker whose plugin has left it no descriptor to find them with`(
        mode: String, number: Int
    ) throws {
        let worker = try WorkerProcess.start("descriptors", "Descriptors")
        let client = try worker.client.connect()
        func call(_ mode: String) throws -> String {
            let kwargs = "{\"mode\":\"\(mode)\",\"number\":\(number)}"
            try client.send("POST", "/execute", body: "{\"kwargs\":\(kwargs)}")
            return try client.readResponse().text
        }
        let left = try call("leave").split { !$0.isNumber }.compactMap { Int32($0) }
            .map { ProcessFacts($0) }
        #expect(left.count == 2 && left.allSatisfy(\.isAlive))
        _ = try call(mode)
        try worker.terminate(expecting: .exited(0))
        for process in left { #expect(process.comesToAnEnd()) }
    }
}
