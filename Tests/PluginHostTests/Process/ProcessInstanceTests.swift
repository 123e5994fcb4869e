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
    }
}
