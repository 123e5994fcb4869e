import Glibc
import Testing
import WorkerCore
import WorkerThreads

@testable import WorkerOS

/// Tests/Fixtures/crashing.c, built once for the tests of this run.
struct CrashLibrary {
    private static let folder = TemporaryFolder()

    /// The path of the library; nil where it was not built.
    static let path: String? = {
        let tests = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
        let source = tests.joined(separator: "/") + "/Fixtures/crashing.c"
        let path = folder.path("crashing.so")
        let command = [
            "/usr/bin/env", "clang", "-Wall", "-Wextra", "-Werror", "-g", "-fPIC", "-shared",
            "-pthread", "-fvisibility=hidden", source, "-o", path,
        ]
        return (try? ChildProcess(command))?.wait() == 0 ? path : nil
    }()

    /// Loads the library in this process, with reports on, and calls one of its functions.
    static func crash(_ path: String, _ function: String) throws {
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe pthread_sigmask(SIG_SETMASK, &none, nil)
        try CrashReporter.install(describe: "crashing:Crash")
        guard let library = unsafe dlopen(path, RTLD_NOW) else { throw SystemError(code: ENOENT) }
        CrashReporter.objectsChanged()
        CrashCalls.begin(
            slot: 0, id: "first\u{1b}call", start: .now() - .milliseconds(1_500))
        CrashCalls.begin(slot: 1, id: "ended", start: Moment.now())
        CrashCalls.end(slot: 1)
        CrashCalls.begin(
            slot: 255, id: String(repeating: "x", count: 200),
            start: Moment.now())
        CrashCalls.begin(slot: 256, id: "beyond", start: Moment.now())
        CrashCalls.begin(slot: -1, id: "before", start: Moment.now())
        guard let symbol = unsafe dlsym(library, function) else { throw SystemError(code: ENOSYS) }
        unsafe unsafeBitCast(symbol, to: (@convention(c) () -> Void).self)()
    }
}
