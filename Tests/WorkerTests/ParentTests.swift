import Glibc
import TestSupport
import Testing

/// Whose end ends the worker, and whose does not; each with a pidfd and without.
@Suite(.blocking) struct ParentTests {
    /// Milliseconds: a time that is long beside the 10 ms between two looks at /proc.
    private static let quiet = 60

    @Test(arguments: PidfdAccess.allCases)
    func `The parent's end ends an idle worker with 5`(access: PidfdAccess) throws {
        try ParentHost.expectEnd {
            let host = try ParentHost([], access)
            _ = try host.client()
            return try host.die()
        }
    }

    @Test(arguments: PidfdAccess.allCases)
    func `A parent that ended before the worker's start is noticed at the start`(
        access: PidfdAccess
    ) throws {
        for options in [["--dies", "before"], ["--dies", "before", "--zombie"]] {
            let host = try ParentHost(options, access)
            #expect(try host.end().ending == .exited(5), "\(options)")
            try host.log.line(containing: "the parent process \(host.pid) (--ppid) is gone")
        }
    }

    @Test(arguments: PidfdAccess.allCases)
    func `A parent that ends while the worker starts is noticed at whatever point`(
        access: PidfdAccess
    ) throws {
        for round in 0..<8 {
            let zombie = round % 2 == 0 ? [] : ["--zombie"]
            let host = try ParentHost(["--dies", "at-once"] + zombie, access)
            let end = try host.end()
            #expect(end.ending == .exited(5))
            #expect(!end.leavesProcesses)
        }
    }

    @Test(arguments: PidfdAccess.allCases)
    func `A parent that is left as a zombie is noticed`(access: PidfdAccess) throws {
        try ParentHost.expectEnd {
            let host = try ParentHost(["--zombie"], access)
            _ = try host.client()
            return try host.die()
        }
    }

    @Test(arguments: PidfdAccess.allCases)
    func `A younger process with the parent's number is no parent`(access: PidfdAccess) throws {
        let end = try ParentHost(["--watch", "younger"], access).end()
        #expect(end.ending == .exited(5))
        #expect(end.isEarly)
    }

    @Test(arguments: PidfdAccess.allCases, ["main", "child"])
    func `A new process with the old number does not hide the parent's end`(
        access: PidfdAccess, spawner: String
    ) throws {
        let host = try ParentHost(["--spawner", spawner], access)
        _ = try host.client()
        // Without a relation to the host, nothing but its start time tells the two apart.
        if spawner == "child" { try host.tell(.endSpawner) }
        try host.tell(.killAndReuse)
        let end = try host.end()
        if host.wasRefused { return }
        #expect(end.ending == .exited(5))
    }

    @Test(arguments: PidfdAccess.allCases)
    func `The parent is the process that --ppid names, be it a grandparent`(access: PidfdAccess)
        throws
    {
        try ParentHost.expectEnd {
            let host = try ParentHost(["--spawner", "child"], access)
            _ = try host.client()
            return try host.die()
        }
    }

    @Test(arguments: PidfdAccess.allCases, ["main", "thread", "child"])
    func `The end of the thread or process that started the worker is not the parent's end`(
        access: PidfdAccess, spawner: String
    ) throws {
        try ParentHost.expectEnd {
            let host = try ParentHost(["--spawner", spawner], access)
            let client = try host.client()
            // "main": the first thread ends, so that the living process shows as a zombie.
            try host.tell(.endSpawner)
            #expect(!host.ends(within: Self.quiet))
            #expect(try client.get("/health").status == 200)
            return try host.die()
        }
    }

    @Test func `The parent's end is noticed by a worker that was started with all signals blocked`()
        throws
    {
        for access in PidfdAccess.allCases {
            try ParentHost.expectEnd {
                let host = try ParentHost(["--block"], access)
                _ = try host.client()
                return try host.die()
            }
        }
    }

    @Test(arguments: PidfdAccess.allCases)
    func `The parent's end is noticed by a worker whose log is not read`(access: PidfdAccess) throws
    {
        try ParentHost.expectEnd {
            let gate = try Gate(in: TemporaryFolder())
            let host = try ParentHost(
                ["--mute"], access, "lifecycle", "Lifecycle",
                environment: gate.environment("CREATE"))
            try gate.arrival()
            return try host.die()
        }
    }
}
