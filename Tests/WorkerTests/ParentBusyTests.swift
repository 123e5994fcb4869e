import Glibc
import TestSupport
import Testing

/// The parent's end while plugin code runs, which may never return.
@Suite("The end of the parent of a busy worker", .serialized, .timeLimit(.minutes(10)))
struct ParentBusyTests {
    /// Milliseconds: ten times what an idle worker may need.
    private static let idle = 100
    /// Milliseconds: the grace, and what the last words may take.
    private static let grace = 1_200 + 150

    private static func expect(_ host: ParentHost, within milliseconds: Int) throws {
        let end = try host.die()
        #expect(end.isOrderly(within: milliseconds), "\(end)")
    }

    /// A host whose worker runs a call that has arrived at its gate, and the call's client.
    private func calling(
        _ path: String, _ access: PidfdAccess, _ fixture: String, _ className: String,
        kwargs: String = "", gate: Gate
    ) throws -> (ParentHost, HTTPConnection) {
        let host = try ParentHost([], access, fixture, className)
        let connection = try host.client().connect()
        try connection.send(
            "POST", path, body: "{\"kwargs\":{\(kwargs.isEmpty ? gate.kwargs : kwargs)}}")
        return (host, connection)
    }

    @Test(
        "ends an execute that can be stopped at once",
        arguments: PidfdAccess.allCases, ["Polls", "Pushed", "Pending"])
    func stoppable(access: PidfdAccess, className: String) throws {
        let gate = try Gate(in: TemporaryFolder())
        let (host, client) = try calling("/execute", access, "cancellation", className, gate: gate)
        try gate.arrival()
        try Self.expect(host, within: Self.idle)
        client.close()
    }

    @Test(
        "ends an execute that never returns within the grace",
        arguments: PidfdAccess.allCases, ["Deaf", "Ignores"])
    func deaf(access: PidfdAccess, className: String) throws {
        let gate = try Gate(in: TemporaryFolder())
        let (host, client) = try calling("/execute", access, "cancellation", className, gate: gate)
        try gate.arrival()
        try Self.expect(host, within: Self.grace)
        client.close()
    }

    @Test("ends a stream", arguments: PidfdAccess.allCases, [("Polls", idle), ("Deaf", grace)])
    func stream(access: PidfdAccess, row: (className: String, limit: Int)) throws {
        let gate = try Gate(in: TemporaryFolder())
        let (host, client) = try calling(
            "/execute_stream", access, "cancellation", row.className, gate: gate)
        try gate.arrival()
        try Self.expect(host, within: row.limit)
        client.close()
    }

    @Test("ends a stream that its client does not read", arguments: PidfdAccess.allCases)
    func unreadStream(access: PidfdAccess) throws {
        let gate = try Gate(in: TemporaryFolder())
        let (host, client) = try calling(
            "/execute_stream", access, "streams", "Streams",
            kwargs: "\"mode\":\"endless\",\"pad\":4000", gate: gate)
        #expect(try client.readHead().status == 200)
        _ = try client.readChunk()
        try Self.expect(host, within: Self.idle)
        client.close()
    }

    @Test("ends an initialize that never returns within the grace", arguments: PidfdAccess.allCases)
    func initialize(access: PidfdAccess) throws {
        let gate = try Gate(in: TemporaryFolder())
        let host = try ParentHost([], access, "lifecycle", "Lifecycle")
        let client = try host.client().connect()
        try client.send("POST", "/initialize", body: "{\(gate.kwargs)}")
        try gate.arrival()
        try Self.expect(host, within: Self.grace)
        client.close()
    }

    @Test("ends a create that never returns at once", arguments: PidfdAccess.allCases)
    func create(access: PidfdAccess) throws {
        let gate = try Gate(in: TemporaryFolder())
        let host = try ParentHost(
            [], access, "lifecycle", "Lifecycle", environment: gate.environment("CREATE"))
        try gate.arrival()
        try Self.expect(host, within: Self.idle)
    }

    @Test(
        "ends a constructor that never returns at once, inside of dlopen",
        arguments: PidfdAccess.allCases)
    func constructor(access: PidfdAccess) throws {
        let gate = try Gate(in: TemporaryFolder())
        let host = try ParentHost(
            [], access, "constructor", "Constructor", environment: gate.environment("LOAD"))
        try gate.arrival()
        try Self.expect(host, within: Self.idle)
    }

    @Test("ends a cleanup that never returns within the grace", arguments: PidfdAccess.allCases)
    func cleanup(access: PidfdAccess) throws {
        let gate = try Gate(in: TemporaryFolder())
        let host = try ParentHost(
            [], access, "lifecycle", "Lifecycle", environment: gate.environment("CLEANUP"))
        _ = try host.client()
        try host.tell(.kill)
        try gate.arrival()
        let end = try host.end()
        #expect(end.isOrderly(within: Self.grace), "\(end)")
    }

    @Test("cuts the drain short, whose results nobody wants any more")
    func drain() throws {
        for access in PidfdAccess.allCases {
            let gate = try Gate(in: TemporaryFolder())
            let (host, client) = try calling(
                "/execute", access, "cancellation", "Polls", gate: gate)
            try gate.arrival()
            try host.tell(.terminate)
            try host.log.line(containing: "asks the worker to end")
            // The drain would take 720 ms.
            try Self.expect(host, within: Self.idle)
            client.close()
        }
    }
}
