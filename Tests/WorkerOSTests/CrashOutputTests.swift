import Glibc
import TestSupport
import Testing
import WorkerCore
import WorkerThreads

@testable import WorkerOS

/// A crash with all kinds of stderr; each in a process of its own.
@Suite(.blocking) struct CrashOutputTests {
    @Test func `A full pipe does not keep a crashed process from its end`() async throws {
        let path = try #require(CrashLibrary.path)
        await #expect(processExitsWith: .signal(SIGSEGV)) { [path = path as String] in
            let pipe = TestPipe()
            dup2(pipe.writing, STDERR_FILENO)
            #expect(pipe.fill() > 0)
            try CrashLibrary.crash(path, "null_write")
        }
    }

    @Test func `A full socket does not keep a crashed process from its end either`() async throws {
        let path = try #require(CrashLibrary.path)
        await #expect(processExitsWith: .signal(SIGABRT)) { [path = path as String] in
            var ends: [Int32] = [0, 0]
            unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
            dup2(ends[0], STDERR_FILENO)
            let block = [UInt8](repeating: 0, count: 4_096)
            while unsafe send(STDERR_FILENO, block, block.count, Int32(MSG_DONTWAIT)) > 0 {
            }
            try CrashLibrary.crash(path, "abort_now")
        }
    }

    @Test func `A stderr without a reader, or none at all, changes nothing`() async throws {
        let path = try #require(CrashLibrary.path)
        await #expect(processExitsWith: .signal(SIGSEGV)) { [path = path as String] in
            let pipe = TestPipe()
            dup2(pipe.writing, STDERR_FILENO)
            pipe.closeReading()
            try CrashLibrary.crash(path, "null_write")
        }
        await #expect(processExitsWith: .signal(SIGSEGV)) { [path = path as String] in
            close(STDERR_FILENO)
            try CrashLibrary.crash(path, "null_write")
        }
    }

    @Test func `A file gets the report behind what is in it`() async throws {
        let path = try #require(CrashLibrary.path)
        let folder = TemporaryFolder()
        let file = folder.write("stderr", [])
        await #expect(processExitsWith: .signal(SIGSEGV)) {
            [path = path as String, file = file as String] in
            let descriptor = unsafe open(file, O_WRONLY)
            dup2(descriptor, STDERR_FILENO)
            Console.write("before\n", to: STDERR_FILENO)
            try CrashLibrary.crash(path, "null_write")
        }
        let text = String(decoding: TemporaryFolder.read(file), as: UTF8.self)
        #expect(text.hasPrefix("before\nCRASH: SIGSEGV ("))
        #expect(text.split(separator: "\n").dropFirst().allSatisfy { $0.hasPrefix("CRASH: ") })
    }

    @Test func `Many calls are all listed, each on its line`() async throws {
        let path = try #require(CrashLibrary.path)
        let folder = TemporaryFolder()
        let file = folder.write("stderr", [])
        await #expect(processExitsWith: .signal(SIGSEGV)) {
            [path = path as String, file = file as String] in
            dup2(unsafe open(file, O_WRONLY), STDERR_FILENO)
            for slot in 0..<CrashCalls.capacity {
                CrashCalls.begin(
                    slot: slot, id: "call-\(slot)-\(String(repeating: "y", count: 60))",
                    start: Moment.now())
            }
            try CrashLibrary.crash(path, "null_write")
        }
        let text = String(decoding: TemporaryFolder.read(file), as: UTF8.self)
        let calls = text.split(separator: "\n").filter { $0.hasPrefix("CRASH: running call ") }
        // One slot's call has ended again.
        #expect(calls.count == CrashCalls.capacity - 1)
    }
}
