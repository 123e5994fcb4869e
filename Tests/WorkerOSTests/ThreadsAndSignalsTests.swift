import CLinux
import Glibc
import Synchronization
import TestSupport
import Testing
import WorkerCore
import WorkerThreads

@testable import WorkerOS

@Suite(.blocking) struct ThreadsAndSignalsTests {
    /// What a thread of our own found out.
    private final class Findings<Value: Sendable>: Sendable {
        private let value: Mutex<Value>
        init(_ value: Value) { self.value = Mutex(value) }
        var current: Value { value.withLock { $0 } }
        func set(_ new: Value) { value.withLock { $0 = new } }
    }

    private static func isBlocked(_ signal: Int32) -> Bool {
        var mask = sigset_t()
        unsafe pthread_sigmask(SIG_BLOCK, nil, &mask)
        return unsafe sigismember(&mask, signal) == 1
    }

    @Test func `A thread has its name, cut at 15 bytes, and its stack`() throws {
        /// Takes more stack in 40,000 levels than the default of 512 KiB.
        @Sendable func recurse(_ depth: Int) -> Int {
            depth == 0 ? 0 : recurse(depth - 1) + depth % 2
        }
        let found = Findings(("", 0))
        let stackSize = 64 << 20 + 1
        let thread = try TestThread(name: "a name that is too long", stackSize: stackSize) {
            let name = TemporaryFolder.read("/proc/thread-self/comm")
            found.set((String(decoding: name, as: UTF8.self), recurse(40_000)))
        }
        #expect(thread.join())
        #expect(found.current == ("a name that is \n", 20_000))
    }

    @Test func `The worker's own threads take no signals but those of their faults`() throws {
        let found = Findings<[Bool]>([])
        let thread = try TestThread(name: "own") {
            found.set(
                [SIGTERM, SIGINT, SIGUSR1, SIGCHLD, SIGPIPE, SIGSEGV, SIGBUS, SIGABRT]
                    .map(Self.isBlocked))
        }
        #expect(thread.join())
        #expect(found.current == [true, true, true, true, true, false, false, false])
    }

    @Test func `A thread for plugins takes all but what the worker reads, whichever starts it`()
        throws
    {
        let found = Findings<[Bool]>([])
        let outer = try TestThread(name: "outer") {
            let inner = try? TestThread(name: "inner", signals: .plugin) {
                found.set(
                    [SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGCHLD, SIGPIPE].map(Self.isBlocked))
            }
            #expect(inner?.join() == true)
        }
        #expect(outer.join())
        #expect(found.current == [true, true, true, false, false, false])
    }

    @Test func `A stack too large to have is an error that names the thread`() {
        let error = #expect(throws: ThreadError.self) {
            try NamedThread.start(name: "huge", stackSize: 1 << 60) {}
        }
        #expect(error?.description.hasPrefix("thread 'huge' cannot be started: ") == true)
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGHUP])
    func `A signal that ends the worker is read, also when it came before`(signal: Int32) throws {
        let found = Findings<[Int32?]>([])
        // The signal goes to this thread alone, which blocks all of them.
        let thread = try TestThread(name: "waiter") {
            let early = SignalWaiter.next(within: .zero)
            raise(signal)
            found.set(
                [early, SignalWaiter.next(within: .zero), SignalWaiter.next(within: .zero)])
        }
        #expect(thread.join())
        #expect(found.current == [nil, signal, nil])
    }

    @Test func `A forked child has none of the blocked signals`() throws {
        // Swift hides fork, since little may be called after it; plugins in C use it all the same.
        let symbol = unsafe dlsym(nil, "fork")
        let fork = unsafe unsafeBitCast(symbol, to: (@convention(c) () -> pid_t).self)
        let found = Findings<Int32>(-1)
        let thread = try TestThread(name: "parent") {
            SignalMask.prepare()
            let child = fork()
            if child == 0 {
                let blocked = [SIGTERM, SIGINT, SIGHUP].filter(Self.isBlocked)
                _exit(Int32(blocked.count))
            }
            var status: Int32 = -1
            unsafe waitpid(child, &status, 0)
            found.set(status)
        }
        #expect(thread.join())
        #expect(found.current == 0)
    }

    @Test func `A write to a pipe without a reader sends no signal, whatever takes SIGPIPE`() throws
    {
        signal(SIGPIPE) { _ in }
        let found = Findings<[Bool]>([])
        let thread = try TestThread(name: "writer", signals: .plugin) {
            let pipe = TestPipe()
            pipe.closeReading()
            #expect(unsafe clinux_write(pipe.writing, "x", 1) == -1)
            #expect(errno == EPIPE)
            var pending = sigset_t()
            unsafe sigpending(&pending)
            found.set([Self.isBlocked(SIGPIPE), unsafe sigismember(&pending, SIGPIPE) == 1])
        }
        #expect(thread.join())
        #expect(found.current == [false, false])
    }

    @Test(arguments: [
        (SIGTERM, SignalRole.ends, "SIGTERM"), (SIGXCPU, .runsOut, "SIGXCPU"),
        (SIGUSR1, .logsMore, "SIGUSR1"), (SIGUSR2, .logsLess, "SIGUSR2"),
        (SIGVTALRM, .nothing, "SIGVTALRM"), (SIGPIPE, .failedWrite, "SIGPIPE"),
        (SIGCHLD, .standard, "SIGCHLD"), (SIGSEGV, .crash, "SIGSEGV"),
        (SIGKILL, .reserved, "SIGKILL"), (33, .reserved, "signal 33"),
        (37, .parentDeath, "SIGRTMIN+3"), (38, .nothing, "SIGRTMIN+4"),
    ])
    func `A signal has a role and a name`(signal: Int32, role: SignalRole, name: String) {
        #expect(SignalRole.of(signal) == role)
        #expect(SignalRole.name(signal) == name)
    }
}
