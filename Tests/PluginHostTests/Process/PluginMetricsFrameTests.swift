import Testing
import WorkerCore

@testable import PluginHost

/// What a plugin's process may say of its metrics over control, which need not be its runner's word.
@Suite struct PluginMetricsFrameTests {
    private func shown(_ frames: String...) -> Scrape.Plugin {
        let metrics = PluginMetrics()
        for frame in frames {
            unsafe Array(frame.utf8).withUnsafeBytes { unsafe metrics.take($0) }
        }
        var facts = Scrape.Plugin()
        metrics.write(to: &facts)
        return facts
    }

    @Test func `The newest numbers of a series count`() {
        let row = #"["counter","a_total","Help.","","#
        let facts = shown(
            "{\"series\":[\(row)\"1.0\",\"x\",\"1\"]]}",
            "{\"series\":[\(row)\"2.5\",\"x\",\"1\"]],\"dropped\":7}")
        #expect(facts.own.text.hasSuffix("\na_total{x=\"1\"} 2.5\n"))
        #expect(facts.series == 1 && facts.droppedSeries == 7)
    }

    @Test(arguments: [
        "", "[]", "{\"series\":1}", "{\"series\":[1,[],[\"counter\"]]}",
        #"{"series":[["summary","a","","","1"]]}"#, #"{"series":[["counter","a b","","","1"]]}"#,
        #"{"series":[["counter","universal_worker_a","","","1"]]}"#,
        #"{"series":[["counter","process_threads","","","1"]]}"#,
        #"{"series":[["counter","a","","","1","label without a value"]]}"#,
        #"{"series":[["histogram","a","","2 1","1 1 1 1"]]}"#, #"{"dropped":-1}"#,
        #"{"dropped":"x"}"#,
    ])
    func `A frame or row that breaks a rule shows nothing`(frame: String) {
        let facts = shown(frame)
        #expect(facts.own.text.isEmpty && facts.series == 0 && facts.droppedSeries == 0)
    }

    @Test func `Numbers that do not fit to a series leave it as it is`() {
        let facts = shown(
            #"{"series":[["histogram","a","","1 2","1 2"],["gauge","b","","","1 2"]]}"#)
        #expect(facts.own.text.contains("\na_count 0\n") && facts.own.text.contains("\nb 0\n"))
    }
}
