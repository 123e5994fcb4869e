import Glibc
import Synchronization
import TestSupport
import Testing

@testable import WorkerOS

/// Real crashes, each in a process of its own.
@Suite(.blocking) struct CrashReporterTests {
    /// A way to crash, and what is to come of it.
    struct Crash: Sendable, Codable, CustomTestStringConvertible {
        let function: String
        let signal: Int32
        let cause: String
        var frame = "crashing.so+0x"
        var testDescription: String { function }
    }

    private static let crashes = [
        Crash(
            function: "null_write", signal: SIGSEGV,
            cause: "(SEGV_MAPERR, nothing is mapped there) at 0x0000000000000000"),
        Crash(
            function: "null_call", signal: SIGSEGV,
            cause: "(SEGV_MAPERR, nothing is mapped there) at 0x0000000000000000"),
        Crash(function: "abort_now", signal: SIGABRT, cause: "(SI_TKILL), sent by process "),
        Crash(function: "raise_in_thread", signal: SIGBUS, cause: "(SI_TKILL), sent by process "),
        // Any thread may take it.
        Crash(
            function: "killed", signal: SIGSEGV, cause: "(SI_USER), sent by process ",
            frame: "+0x"),
        Crash(function: "overflow", signal: SIGSEGV, cause: "(SEGV_"),
        Crash(function: "truncated_map", signal: SIGBUS, cause: "(BUS_ADRERR, "),
        Crash(function: "together_now", signal: SIGSEGV, cause: "(SEGV_MAPERR, "),
        Crash(function: "while_linker_is_locked", signal: SIGSEGV, cause: "(SEGV_MAPERR, "),
        Crash(function: "wild_stack", signal: SIGSEGV, cause: "(SEGV_MAPERR, "),
        // The codes of these depend on the processor.
        Crash(function: "illegal", signal: trap, cause: ""),
        Crash(function: "breakpoint", signal: SIGTRAP, cause: ""),
        Crash(function: "divide", signal: SIGFPE, cause: ""),
    ]

    #if arch(x86_64)
        private static let trap = SIGILL
    #else
        private static let trap = SIGTRAP
    #endif

    private static let names = [
        SIGSEGV: "SIGSEGV", SIGABRT: "SIGABRT", SIGBUS: "SIGBUS", SIGILL: "SIGILL",
        SIGTRAP: "SIGTRAP", SIGFPE: "SIGFPE",
    ]

    @Test(arguments: crashes)
    func `A crash leaves one report, and the signal is the true one`(crash: Crash) async throws {
        let path = try #require(CrashLibrary.path)
        let result = await #expect(
            processExitsWith: .signal(crash.signal), observing: [\.standardErrorContent]
        ) { [path = path as String, crash] in
            try CrashLibrary.crash(path, crash.function)
        }
        let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        let lines = text.split(separator: "\n").filter { $0.hasPrefix("CRASH: ") }
            .map { $0.dropFirst("CRASH: ".count) }
        try #require(lines.count >= 5, "\(text)")
        let name = try #require(Self.names[crash.signal])
        #expect(lines[0].hasPrefix("\(name) (") && lines[0].contains(crash.cause))
        #expect(lines[1].hasPrefix("plugin crashing:Crash, process "))
        #expect(lines[1].contains(", thread '") && lines[1].hasSuffix(")"))
        if crash.function == "raise_in_thread" { #expect(lines[1].contains("'raising one'")) }
        #expect(lines[2].hasPrefix("running call first?call for ") && lines[2].hasSuffix(" ms"))
        let age = try #require(lines[2].dropLast(3).split(separator: " ").last.flatMap { Int($0) })
        #expect(1_500..<1_000_000 ~= age, "milliseconds")
        #expect(lines[3].hasPrefix("running call \(String(repeating: "x", count: 63)) for "))
        #expect(lines[4].hasPrefix("#0 "))
        #expect(lines.contains { $0.hasPrefix("#") && $0.contains(crash.frame) })
        // Once each: one report.
        #expect(lines.filter { $0.hasPrefix("plugin ") }.count == 1)
        #expect(lines.filter { $0.hasPrefix("#0 ") }.count == 1)
    }

    @Test func `A thread without a stack for it overflows without a report`() async throws {
        let path = try #require(CrashLibrary.path)
        await #expect(processExitsWith: .signal(SIGSEGV)) { [path = path as String] in
            try CrashLibrary.crash(path, "overflow_in_thread")
        }
    }

    @Test func `A prepared thread reports the overflow of its stack`() async throws {
        let path = try #require(CrashLibrary.path)
        let result = await #expect(
            processExitsWith: .signal(SIGSEGV), observing: [\.standardErrorContent]
        ) { [path = path as String] in
            let thread = try TestThread(name: "prepared") {
                #expect(CrashReporter.prepareThread() && CrashReporter.prepareThread())
                try? CrashLibrary.crash(path, "overflow")
            }
            #expect(thread.join())
        }
        let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        #expect(text.contains("thread 'prepared' ("))
    }

    @Test func `Threads come and go with their stacks`() async {
        await #expect(processExitsWith: .success) {
            let places = Mutex<Set<UInt>>([])
            for _ in 0..<300 {
                let thread = try TestThread(name: "short") {
                    #expect(CrashReporter.prepareThread())
                    var stack = unsafe stack_t()
                    unsafe sigaltstack(nil, &stack)
                    let place = unsafe UInt(bitPattern: stack.ss_sp)
                    places.withLock { _ = $0.insert(place) }
                }
                #expect(thread.join())
            }
            // What is given back is used again.
            #expect(1..<100 ~= places.withLock { $0.count })
        }
    }
}
