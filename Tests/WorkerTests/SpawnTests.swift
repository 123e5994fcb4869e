import Glibc
import TestSupport
import Testing

/// What a worker that tests start is not to get from them.
@Suite(.blocking) struct SpawnTests {
    /// PluginHostTests runs plugins in this process, and sets their trace and gates meanwhile.
    @Test func `A worker gets nothing that is meant for the fixtures of the tests' own process`()
        throws
    {
        unsafe setenv("FIXTURE_SPAWN_GATE", "/nonexistent", 1)
        defer { unsafe unsetenv("FIXTURE_SPAWN_GATE") }
        let process = try WorkerProcess(
            arguments: ["--version"], environment: ["FIXTURE_SPAWN_OWN": "1"],
            wrapper: ["/bin/sh", "-c", "env >&2; exec \"$@\"", "sh"])
        try process.expectEnd(.exited(0))
        let text = try process.standardError.textAtEnd()
        #expect(text.contains("FIXTURE_SPAWN_OWN=1"))
        #expect(!text.contains("FIXTURE_SPAWN_GATE"))
    }
}
