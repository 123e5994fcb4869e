import Glibc
import TestSupport
import Testing

/// The parent's end while plugin code runs, which may never return.
@Suite("The end of the parent of a busy worker", .blocking)
struct ParentBusyTests {
    /// Milliseconds: ten times what an idle worker may need.
    private static let idle = 100
    /// Milliseconds: the grace, and what the last words may take.
    private static let grace = 1_200 + 150

    /// Kills the host of a worker whose plugin has arrived at a gate in a request.
    private func expectEnd(
        during path: String, _ access: PidfdAccess, _ fixture: String, _ className: String,
        within milliseconds: Int, sourceLocation: SourceLocation = #_sourceLocation,
        _ prepare: (ParentHost) throws -> Void = { _ in }
    ) throws {
        try ParentHost.expectEnd(within: milliseconds, sourceLocation: sourceLocation) {
            let gate = try Gate(in: TemporaryFolder())
            let host = try ParentHost([], access, fixture, className)
            let client = try host.client().connect()
            defer { client.close() }
            let isConfig = path == "/initialize"
            try client.send(
                "POST", path,
                body: isConfig ? "{\(gate.kwargs)}" : "{\"kwargs\":{\(gate.kwargs)}}")
            try gate.arrival()
            try prepare(host)
            return try host.die()
        }
    }

    /// Kills the host of a worker whose plugin has arrived at a gate while it is loaded.
    private func expectEnd(
        inside function: String, _ access: PidfdAccess, _ fixture: String, _ className: String
    ) throws {
        try ParentHost.expectEnd(within: Self.idle) {
            let gate = try Gate(in: TemporaryFolder())
            let host = try ParentHost(
                [], access, fixture, className, environment: gate.environment(function))
            try gate.arrival()
            return try host.die()
        }
    }

    @Test(
        "ends an execute that can be stopped at once",
        arguments: PidfdAccess.allCases, ["Polls", "Pushed", "Pending"])
    func stoppable(access: PidfdAccess, className: String) throws {
        try expectEnd(
            during: "/execute", access, "cancellation", className, within: Self.idle)
    }

    @Test(
        "ends an execute that never returns within the grace",
        arguments: PidfdAccess.allCases, ["Deaf", "Ignores"])
    func deaf(access: PidfdAccess, className: String) throws {
        try expectEnd(
            during: "/execute", access, "cancellation", className, within: Self.grace)
    }

    @Test("ends a stream", arguments: PidfdAccess.allCases, [("Polls", idle), ("Deaf", grace)])
    func stream(access: PidfdAccess, row: (className: String, limit: Int)) throws {
        try expectEnd(
            during: "/execute_stream", access, "cancellation", row.className, within: row.limit)
    }

    @Test("ends a stream that its client does not read", arguments: PidfdAccess.allCases)
    func unreadStream(access: PidfdAccess) throws {
        try ParentHost.expectEnd(within: Self.idle) {
            let host = try ParentHost([], access, "streams", "Streams")
            let client = try host.client().connect()
            defer { client.close() }
            try client.send(
                "POST", "/execute_stream",
                body: "{\"kwargs\":{\"mode\":\"endless\",\"pad\":4000}}")
            #expect(try client.readHead().status == 200)
            _ = try client.readChunk()
            return try host.die()
        }
    }

    @Test("ends an initialize that never returns within the grace", arguments: PidfdAccess.allCases)
    func initialize(access: PidfdAccess) throws {
        try expectEnd(
            during: "/initialize", access, "lifecycle", "Lifecycle", within: Self.grace)
    }

    @Test("ends a create that never returns at once", arguments: PidfdAccess.allCases)
    func create(access: PidfdAccess) throws {
        try expectEnd(inside: "CREATE", access, "lifecycle", "Lifecycle")
    }

    @Test(
        "ends a constructor that never returns at once, inside of dlopen",
        arguments: PidfdAccess.allCases)
    func constructor(access: PidfdAccess) throws {
        try expectEnd(inside: "LOAD", access, "constructor", "Constructor")
    }

    @Test("ends a cleanup that never returns within the grace", arguments: PidfdAccess.allCases)
    func cleanup(access: PidfdAccess) throws {
        try ParentHost.expectEnd(within: Self.grace) {
            let gate = try Gate(in: TemporaryFolder())
            let host = try ParentHost(
                [], access, "lifecycle", "Lifecycle", environment: gate.environment("CLEANUP"))
            _ = try host.client()
            try host.tell(.kill)
            try gate.arrival()
            return try host.end()
        }
    }

    @Test(
        "cuts the drain short, whose results nobody wants any more",
        arguments: PidfdAccess.allCases)
    func drain(access: PidfdAccess) throws {
        // The drain alone would take 720 ms.
        try expectEnd(
            during: "/execute", access, "cancellation", "Polls", within: Self.idle
        ) { host in
            try host.tell(.terminate)
            try host.log.line(containing: "asks the worker to end")
        }
    }
}
