import Glibc
import TestSupport
import Testing

/// The parent's end while plugin code runs, which may never return.
@Suite(.blocking) struct ParentBusyTests {
    /// Kills the host of a worker whose plugin has arrived at a gate in a request.
    private func expectEnd(
        during path: String, _ access: PidfdAccess, _ fixture: String, _ className: String,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ prepare: (ParentHost) throws -> Void = { _ in }
    ) throws {
        try ParentHost.expectEnd(sourceLocation: sourceLocation) {
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
        try ParentHost.expectEnd {
            let gate = try Gate(in: TemporaryFolder())
            let host = try ParentHost(
                [], access, fixture, className, environment: gate.environment(function))
            try gate.arrival()
            return try host.die()
        }
    }

    @Test(arguments: PidfdAccess.allCases, ["Polls", "Pushed", "Pending"])
    func `The parent's end ends an execute that can be stopped`(
        access: PidfdAccess, className: String
    ) throws {
        try expectEnd(
            during: "/execute", access, "cancellation", className)
    }

    @Test(arguments: PidfdAccess.allCases, ["Deaf", "Ignores"])
    func `The parent's end ends an execute that never returns`(
        access: PidfdAccess, className: String
    ) throws {
        try expectEnd(
            during: "/execute", access, "cancellation", className)
    }

    @Test(arguments: PidfdAccess.allCases, ["Polls", "Deaf"])
    func `The parent's end ends a stream`(access: PidfdAccess, className: String) throws {
        try expectEnd(
            during: "/execute_stream", access, "cancellation", className)
    }

    @Test(arguments: PidfdAccess.allCases)
    func `The parent's end ends a stream that its client does not read`(access: PidfdAccess) throws
    {
        try ParentHost.expectEnd {
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

    @Test(arguments: PidfdAccess.allCases)
    func `The parent's end ends an initialize that never returns`(access: PidfdAccess) throws {
        try expectEnd(
            during: "/initialize", access, "lifecycle", "Lifecycle")
    }

    @Test(arguments: PidfdAccess.allCases)
    func `The parent's end ends a create that never returns`(access: PidfdAccess) throws {
        try expectEnd(inside: "CREATE", access, "lifecycle", "Lifecycle")
    }

    @Test(arguments: PidfdAccess.allCases)
    func `The parent's end ends a constructor that never returns, inside of dlopen`(
        access: PidfdAccess
    ) throws {
        try expectEnd(inside: "LOAD", access, "constructor", "Constructor")
    }

    @Test(arguments: PidfdAccess.allCases)
    func `The parent's end ends a cleanup that never returns`(access: PidfdAccess) throws {
        try ParentHost.expectEnd {
            let gate = try Gate(in: TemporaryFolder())
            let host = try ParentHost(
                [], access, "lifecycle", "Lifecycle", environment: gate.environment("CLEANUP"))
            _ = try host.client()
            try host.tell(.kill)
            try gate.arrival()
            return try host.end()
        }
    }

    @Test(arguments: PidfdAccess.allCases)
    func `The parent's end cuts the drain short`(access: PidfdAccess) throws {
        // The drain alone would take 720 ms.
        try expectEnd(
            during: "/execute", access, "cancellation", "Polls"
        ) { host in
            try host.tell(.terminate)
            try host.log.line(containing: "asks the worker to end")
        }
    }
}
