import TestSupport
import Testing
import WorkerCore

extension PluginHostTests {
    @Suite struct StreamTests {
        /// Runs a mode of the fixture, and puts all lines together.
        private func stream(
            _ plugin: Plugin, _ mode: String, _ more: String = ""
        ) throws -> (lines: [String], failure: CallFailure?) {
            let recorder = try plugin.submit(
                .stream, "{\"mode\":\"\(mode)\"\(more.isEmpty ? "" : ",")\(more)}")
            guard case .streamEnd(let last, let failure) = try recorder.outcome() else {
                throw TestFailure("a stream ends as one")
            }
            // What was left behind finish or the end of the last line would be an outcome more.
            _ = try plugin.run()
            #expect(recorder.outcomes.count == 1)
            let text = recorder.lines + last
            #expect(text.isEmpty || text.hasSuffix("\n"))
            return (text.split(separator: "\n").map(String.init), failure)
        }

        /// What the fixture's last stream was told.
        private func recorded(_ plugin: Plugin) throws -> String {
            guard case .value(let text) = try plugin.run() else { return "" }
            return text
        }

        @Test(arguments: [
            ("count", ["{\"i\":0}", "{\"i\":1}", "{\"i\":2}"]),
            ("last_line", ["1", "{\"last\":true}"]),
            ("empty", []), ("error_lookalike", [#"{"error":"a result that looks like one"}"#]),
            ("finish_twice", ["1"]), ("emit_after_finish", ["1"]),
            (
                "pretty",
                [
                    #"{"a":[1,2],"text":"two  spaces"}"#, #""\u0085|\u2028|\u2029""#,
                ]
            ),
        ])
        func `A stream's lines arrive in order, each on one line`(
            mode: String, lines: [String]
        ) throws {
            try withPlugin("streams", "Streams") { plugin throws in
                let result = try stream(plugin, mode)
                #expect(result.lines == lines)
                #expect(result.failure == nil)
            }
        }

        @Test(
            arguments: [
                ("error", ["1", "2"], .plugin, "broke \"here\""),
                ("error_at_once", [], .invalidArgument, "not these"),
                (
                    "return_status", [], .plugin,
                    "the plugin's execute_stream failed without saying why"
                ),
                (
                    "no_finish", ["1"], .misbehaviour,
                    "the plugin returned without finishing the call"
                ),
            ] as [(String, [String], CallFailure.Reason, String)])
        func `A stream that fails keeps the lines before`(
            mode: String, lines: [String], reason: CallFailure.Reason, detail: String
        ) throws {
            try withPlugin("streams", "Streams") { plugin throws in
                let result = try stream(plugin, mode)
                #expect(result.lines == lines)
                #expect(result.failure == CallFailure(reason, detail))
            }
        }

        @Test(arguments: [
            ("broken_last_line", ["1"], #""finished":33"#),
            ("broken_then_more", ["1"], #""stopped":33,"after":33,"finished":0"#),
            ("bad_text", [], #""stopped":33,"after":0,"finished":0"#),
            ("null", [], #""stopped":33,"after":33,"finished":0"#),
        ])
        func `A line that is no JSON ends the stream with an error, once`(
            mode: String, lines: [String], told: String
        ) throws {
            try withPlugin("streams", "Streams") { plugin throws in
                let result = try stream(plugin, mode)
                #expect(result.lines == lines)
                #expect(result.failure?.reason == .misbehaviour)
                #expect(plugin.events.all.misbehaved.isEmpty)
                // The fixture's record is of the last stream; the execute in between kept it.
                #expect(try recorded(plugin).contains(told))
            }
        }

        @Test(arguments: [
            ("finish_twice", #""emitted":1,"stopped":0,"after":0,"finished":32"#),
            ("emit_after_finish", #""emitted":1,"stopped":0,"after":32,"finished":0"#),
        ])
        func `What comes after the end of a stream is stale`(mode: String, told: String) throws {
            try withPlugin("streams", "Streams") { plugin throws in
                _ = try stream(plugin, mode)
                #expect(try recorded(plugin).contains(told))
            }
        }

        @Test func `Without a stream function the result of execute is the stream`() throws {
            try withPlugin("streams", "NoStream") { plugin throws in
                let outcome = try plugin.run(.stream, #"{"x": 1}"#)
                let line = #"{"args":[1,"two"],"kwargs":{"x":1}}"# + "\n"
                #expect(outcome == .streamEnd(line, nil))
                let failed = try plugin.run(.stream, #"{"mode":"error"}"#)
                #expect(failed == .streamEnd("", CallFailure(.plugin, "no")))
            }
        }
    }
}
