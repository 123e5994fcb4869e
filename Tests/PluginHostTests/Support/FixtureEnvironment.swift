import Glibc
import TestSupport

/// The environment of the fixtures in this process, set before the first of them is loaded.
///
/// What it names does not exist until a test makes it.
enum FixtureEnvironment {
    private static let folderOfRun = Monitor<TemporaryFolder?>(nil)

    /// The folder of the trace and of the gates.
    static func folder() throws -> TemporaryFolder {
        if let folder = folderOfRun.withLock({ $0 }) { return folder }
        let folder = try TemporaryFolder()
        unsafe setenv("FIXTURE_TRACE", folder.file("trace"), 1)
        for function in ["CREATE", "CLEANUP", "DESTROY", "CANCEL"] {
            unsafe setenv("FIXTURE_\(function)_GATE", folder.file("\(function).gate"), 1)
            unsafe setenv("FIXTURE_\(function)_ANNOUNCE", folder.file("\(function).announce"), 1)
        }
        folderOfRun.withLock { $0 = folder }
        atexit { FixtureEnvironment.folderOfRun.withLock { $0 = nil } }
        return folder
    }

    /// Runs `body` with a gate that all plugins pass in a function, such as CLEANUP.
    static func withGate(_ function: String, _ body: (Gate) throws -> Void) throws {
        let folder = try folder()
        let gate = try Gate(in: folder, function)
        defer { for path in [gate.gate, gate.announce] { _ = unsafe unlink(path) } }
        try body(gate)
    }

    /// What the plugin's functions have noted since the last look.
    static func takeTrace() throws -> [String] {
        let folder = try folder()
        defer { _ = unsafe unlink(folder.file("trace")) }
        return folder.text("trace").split(separator: "\n").map(String.init)
    }
}
