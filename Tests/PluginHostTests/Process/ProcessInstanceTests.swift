import TestSupport
import Testing
import WorkerCore

@testable import PluginHost

extension PluginHostTests {
    /// A loaded Python class, without HTTP.
    @Suite(.blocking) struct ProcessInstanceTests {
        @Test func `What is no number of JSON's is raw in a line of a stream and null in a result`()
            throws
        {
            let text = """
                class Plugin:
                    def execute(self, *args):
                        return [float("nan"), float("-inf"), 1.5]

                    def execute_stream(self, *args):
                        yield float("nan")
                        yield {"a": [float("inf"), -float("inf")], "b": "x" * 300}
                        for number in range(100):
                            yield [number, float("nan")]
                """
            try withPython(text) { plugin in
                #expect(try plugin.run() == .value("[null,null,1.5]"))
                let recorder = try plugin.submit(.stream)
                let outcome = try recorder.outcome()
                guard case .streamEnd(let rest, nil) = outcome else {
                    throw TestFailure("the stream ends with \(outcome)")
                }
                let long =
                    "{\"a\":[Infinity,-Infinity],\"b\":\"\(String(repeating: "x", count: 300))\"}"
                let lines = ["NaN", long] + (0..<100).map { "[\($0),NaN]" }
                #expect(recorder.lines + rest == lines.map { $0 + "\n" }.joined())
            }
        }

        @Test func `Progress and calls are shown at any moment of calls that come and go`() throws {
            let text = """
                class Plugin:
                    def execute(self, *args):
                        return 1
                """
            try withPython(text) { plugin in
                let isOver = Monitor(false)
                let loaded = plugin.loaded
                let looks = Background {
                    var shown = 0
                    while !isOver.withLock({ $0 }) { shown += loaded.calls(atMost: 4).shown.count }
                    return shown
                }
                for _ in 0..<2_000 {
                    let outcome = try plugin.run()
                    #expect(outcome == .value("1"))
                }
                isOver.withLock { $0 = true }
                let shown = try looks.value()
                #expect(shown > 0)
            }
        }
    }
}
