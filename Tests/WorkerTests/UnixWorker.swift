import Glibc
import TestSupport
import Testing

/// A worker with a Unix socket of its own, in a folder of the test's.
final class UnixWorker: Sendable {
    let folder: TemporaryFolder
    let path: String
    let process: WorkerProcess
    let client: HTTPClient

    /// Starts one at `socket` in a folder, and waits until it listens.
    init(
        _ options: [String] = [], fixture: String = "echo", _ className: String = "Echo",
        in folder: TemporaryFolder? = nil, wrapper: [String] = []
    ) throws {
        self.folder = try folder ?? TemporaryFolder()
        path = self.folder.file("socket")
        process = try Self.launch(
            path, options, fixture: fixture, className, wrapper: wrapper)
        client = HTTPClient(.unix(path))
        _ = try process.standardError.line(containing: "listening on ")
    }

    /// Starts one that need not come to listen.
    static func launch(
        _ path: String, _ options: [String] = [], fixture: String = "echo",
        _ className: String = "Echo", wrapper: [String] = []
    ) throws -> WorkerProcess {
        try WorkerProcess(
            arguments: [
                "--module", try Fixture.path(fixture), "--class", className, "--unix", path,
                "--shutdown-grace", "40",
            ] + options, wrapper: wrapper)
    }

    func terminate(
        expecting expected: WorkerProcess.Ending, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        process.signal(SIGTERM)
        try process.expectEnd(expected, sourceLocation: sourceLocation)
    }
}

extension TemporaryFolder {
    /// What a file of it is; nil where there is none.
    func status(_ name: String) -> stat? {
        var status = stat()
        return unsafe lstat(file(name), &status) == 0 ? status : nil
    }

    /// The names in it.
    var names: [String] {
        guard let folder = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            names.append(
                unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
                        unsafe String(cString: $0)
                    }
                })
        }
        return names.filter { $0 != "." && $0 != ".." }.sorted()
    }
}
