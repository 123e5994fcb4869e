import Glibc
import Testing

@testable import TestSupport

/// What `--ppid` names.
@Suite(.blocking) struct ParentOptionTests {
    /// A process that is no relative of any worker, and ends when it is told to.
    private final class Stranger: Sendable {
        let pid: Int32
        private let input: Descriptor

        init() throws {
            let pipe = try Descriptor.pipe()
            let null = try Descriptor(unsafe open("/dev/null", O_RDWR | O_CLOEXEC), from: "open")
            pid = try Spawn.spawn(
                "/bin/sh", ["-c", "read line <&3"], environment: [:], output: null, error: null,
                inherited: [pipe.reading])
            input = pipe.writing
        }

        /// Ends it, and waits until it is a zombie.
        func end() {
            input.close()
            var information = unsafe siginfo_t()
            while unsafe waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) < 0 {}
        }

        /// Waits for it, so that its number is free.
        func reap() {
            var status: Int32 = 0
            while unsafe waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        }
    }

    private func worker(_ ppid: String) throws -> WorkerProcess {
        try WorkerProcess.launch("echo", "Echo", ["--ppid", ppid])
    }

    @Test func `The option --ppid may name a process that is no relative`() throws {
        let stranger = try Stranger()
        let worker = try worker("\(stranger.pid)")
        _ = try worker.waitUntilListening()
        stranger.end()
        try worker.expectEnd(.exited(5))
        stranger.reap()
    }

    @Test func `The option --ppid is refused with 5 when its process is gone, or a zombie`() throws
    {
        let stranger = try Stranger()
        stranger.end()
        #expect(try worker("\(stranger.pid)").waitForExit() == .exited(5))
        stranger.reap()
        #expect(try worker("\(stranger.pid)").waitForExit() == .exited(5))
    }

    @Test func `The option --ppid may name the first process of the machine`() throws {
        let worker = try worker("1")
        _ = try worker.waitUntilListening()
        worker.signal(SIGTERM)
        try worker.expectEnd(.exited(0))
    }

    @Test(arguments: ["-1", "", "x", "1x", "1.5", "0x10", "2147483648", "99999999999999999999"])
    func `The option --ppid is a usage error when it is no number of a process`(text: String) throws
    {
        let worker = try worker(text)
        try worker.expectEnd(.exited(2))
        #expect(try worker.standardError.textAtEnd().contains("--ppid"))
    }

    @Test func `The option --ppid 0 watches no process, so the worker outlives its host`() throws {
        let host = try ParentHost(["--watch", "none"])
        let client = try host.client()
        try host.tell(.kill)
        #expect(!host.ends(within: 60))
        #expect(try client.get("/health").status == 200)
        try host.tell(.terminate)
        let end = try host.end()
        #expect(end.ending == .exited(0))
        #expect(!end.isEarly)
    }

    @Test
    func `A worker that is started with all signals blocked watches --ppid and hears SIGTERM`()
        throws
    {
        let host = try ParentHost(["--block"])
        _ = try host.client()
        try host.tell(.terminate)
        let end = try host.end()
        #expect(end.ending == .exited(0))
        #expect(end.isEarly)
    }
}
