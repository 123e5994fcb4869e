import Synchronization
import TestSupport
import Testing
import WorkerCalls
import WorkerCore

@testable import PluginHost

extension PluginHostTests {
    /// Small calls of a Python class, which the thread of the loop sends and reads.
    @Suite(.blocking) struct LaneLoopTests {
        private static let echo = """
            import os, threading, time

            class Plugin:
                def initialize(self, config):
                    pass

                def execute(self, *args, size=0, ms=0, text=""):
                    time.sleep(ms / 1000)
                    return "x" * size if size else args

                def prefetch(self):
                    pass

                def execute_stream(self, *args, count=3):
                    yield from range(count)
            """

        /// Whether all executors wait for something to do.
        private func areExecutorsIdle(_ plugin: Plugin) -> Bool {
            plugin.loaded.state.withLock { $0.idleExecutors == $0.executors }
        }

        @Test func `A small call takes no executor, and has ended when the loop has read its lane`()
            throws
        {
            try withPython(Self.echo) { plugin in
                let loop = try PlayedLoop(plugin)
                defer { loop.end() }
                _ = try loop.run { areExecutorsIdle(plugin) ? true : nil }
                let echoed = Outcome.value("[1,\"two\"]")
                let fetched = Outcome.value(#"{"status":"prefetched"}"#)
                let calls: [(CallKind, Outcome)] = [
                    (.execute, echoed), (.endpoint(0, .call), fetched), (.execute, echoed),
                ]
                for (kind, outcome) in calls {
                    let recorder = try plugin.submit(kind)
                    loop.startCalls()
                    #expect(plugin.loaded.load.running == 1)
                    #expect(plugin.loaded.awaitsLane)
                    #expect(areExecutorsIdle(plugin))
                    #expect(recorder.outcomes.isEmpty)
                    #expect(try loop.outcome(of: recorder) == outcome)
                    #expect(!plugin.loaded.awaitsLane)
                    #expect(areExecutorsIdle(plugin))
                }
                #expect(plugin.loaded.load == (0, 0))
            }
        }

        @Test func `Calls that wait for one another all run, in their order`() throws {
            try withPython(Self.echo) { plugin in
                let loop = try PlayedLoop(plugin)
                defer { loop.end() }
                let order = Monitor<[String]>([])
                for round in 0..<20 {
                    order.withLock { $0 = [] }
                    let names = (0...round).map { "\($0)" }
                    let recorders = try names.map { name in
                        try plugin.submit(to: Recorder(name, in: order))
                    }
                    for recorder in recorders { _ = try loop.outcome(of: recorder) }
                    #expect(order.withLock { $0 } == names)
                }
            }
        }

        @Test func `What would have to be waited for is left to an executor`() throws {
            try withPython(Self.echo) { plugin in
                let loop = try PlayedLoop(plugin)
                defer { loop.end() }
                for _ in 0..<3 {
                    let large = String(repeating: "t", count: 200_000)
                    let long = try plugin.submit(.execute, "{\"text\":\"\(large)\"}")
                    #expect(try loop.outcome(of: long) == .value("[1,\"two\"]"))
                    for size in [32_000, 32_766, 32_767, 70_000, 3_000_000] {
                        let result = try plugin.submit(.execute, "{\"size\":\(size)}")
                        #expect(
                            try loop.outcome(of: result)
                                == .value("\"\(String(repeating: "x", count: size))\""))
                    }
                    let stream = try plugin.submit(.stream, "{\"count\":3}")
                    guard case .streamEnd(let rest, nil) = try loop.outcome(of: stream) else {
                        throw TestFailure("the stream has failed")
                    }
                    #expect(stream.lines + rest == "0\n1\n2\n")
                    #expect(try loop.outcome(of: try plugin.submit(.initialize)) == .done)
                    let small = try plugin.submit()
                    #expect(try loop.outcome(of: small) == .value("[1,\"two\"]"))
                }
            }
        }

        @Test func `A call that the loop has begun can be stopped by force`() throws {
            let text = """
                class Plugin:
                    def execute(self, *args):
                        while True:
                            pass
                """
            try withPython(text) { plugin in
                let loop = try PlayedLoop(plugin)
                defer { loop.end() }
                for _ in 0..<3 {
                    let recorder = try plugin.submit()
                    loop.startCalls()
                    let cancelling = Background { try plugin.cancelAll() }
                    #expect(
                        try loop.outcome(of: recorder) == .failure(CallFailure(.cancelled, "stop")))
                    #expect(try cancelling.value() == .cancelled)
                }
            }
        }

        @Test func `A process that dies in a call that the loop has begun ends the call`() throws {
            let text = """
                import os

                class Plugin:
                    def execute(self, *args, code=None):
                        return os.getpid() if code is None else os._exit(code)
                """
            func restarts(_ plan: inout PythonPlan) { plan.onCrash = .restart }
            try withPython(text, restarts) { plugin in
                let loop = try PlayedLoop(plugin)
                defer { loop.end() }
                let before = try loop.outcome(of: try plugin.submit())
                let recorder = try plugin.submit(.execute, "{\"code\":7}")
                guard case .failure(let failure) = try loop.outcome(of: recorder) else {
                    throw TestFailure("the call has not failed")
                }
                #expect(failure.detail.contains("7"))
                // The next one runs in the next process.
                let after = try loop.outcome(of: try plugin.submit())
                guard case .value = after else { throw TestFailure("\(after)") }
                #expect(after != before)
                #expect(try loop.outcome(of: try plugin.submit()) == after)
            }
        }

        @Test func `A loop that ends leaves its calls to executors`() throws {
            try withPython(Self.echo) { plugin in
                let loop = try PlayedLoop(plugin)
                let running = try plugin.submit(.execute, "{\"ms\":300}")
                loop.startCalls()
                #expect(plugin.loaded.awaitsLane)
                let waiting = try plugin.submit()
                loop.end()
                #expect(try running.outcome() == .value("[1,\"two\"]"))
                #expect(try waiting.outcome() == .value("[1,\"two\"]"))
                #expect(try plugin.run() == .value("[1,\"two\"]"))
            }
        }

        @Test func `What a plugin writes into its lane between calls does not keep the loop busy`()
            throws
        {
            // 5 is lane 0, and the frame one that says nothing.
            let text = """
                import os, struct, threading

                class Plugin:
                    def execute(self, *args, gate, announce):
                        def write():
                            with open(gate, "rb", buffering=0) as file:
                                file.read(1)
                            os.write(5, struct.pack("<IBBHQ", 2, ord("P"), 0, 0, 1) + b"{}")
                            with open(announce, "w") as file:
                                file.write("written\\n")
                        threading.Thread(target=write).start()
                        return args
                """
            try withPython(text) { plugin in
                let loop = try PlayedLoop(plugin)
                defer { loop.end() }
                let gate = try plugin.gate()
                var looks = 0
                while looks < 3 {
                    let recorder = try plugin.submit(.execute, "{\(gate.kwargs)}")
                    loop.startCalls()
                    // An executor that is still at work takes the call.
                    let isOnLoop = plugin.loaded.awaitsLane
                    #expect(try loop.outcome(of: recorder) == .value("[1,\"two\"]"))
                    try gate.release()
                    try gate.arrival()
                    guard isOnLoop else { continue }
                    looks += 1
                    _ = try loop.run { loop.turn(1_000) ? true : nil }
                    #expect(
                        !loop.turn(), "the lane is not watched between calls once it is readable")
                }
            }
        }

        @Test func `Calls run beside one another on several lanes`() throws {
            func isConcurrent(_ plan: inout PythonPlan) { plan.concurrency = 4 }
            try withPython(Self.echo, isConcurrent) { plugin in
                let loop = try PlayedLoop(plugin)
                defer { loop.end() }
                for _ in 0..<10 {
                    let recorders = try (0..<12).map { _ in
                        try plugin.submit(.execute, "{\"ms\":1}")
                    }
                    for recorder in recorders {
                        #expect(try loop.outcome(of: recorder) == .value("[1,\"two\"]"))
                    }
                }
                #expect(plugin.loaded.load == (0, 0))
            }
        }
    }
}
