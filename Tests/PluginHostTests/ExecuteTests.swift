import TestSupport
import Testing
import WorkerCore

extension PluginHostTests {
    @Suite struct ExecuteTests {
        @Test(arguments: [
            ("{}", #"{"args":[1, "two"],"kwargs":{}}"#),
            (#"{ "b": 1, "a":[ ] }"#, #"{"args":[1,"two"],"kwargs":{"b":1,"a":[]}}"#),
            (#"{"n":123456789012345678901234567890,"e":"é😀"}"#, nil),
        ])
        func `Arguments reach the plugin, and its result comes back compact`(
            kwargs: String, expected: String?
        ) throws {
            try withPlugin("calls", "Calls") { plugin throws in
                let compact = expected ?? "{\"args\":[1,\"two\"],\"kwargs\":\(kwargs)}"
                let result = try plugin.run(.execute, kwargs)
                #expect(result == .value(compact.replacing(" ", with: "")))
            }
        }

        @Test(
            arguments: [
                (2, .plugin), (3, .invalidArgument), (4, .cancelled), (5, .unavailable),
                (6, .deadline), (7, .unsupported), (8, .fatal),
            ] as [(Int, CallFailure.Reason)])
        func `Each status of finish becomes a reason, with the plugin's text`(
            status: Int, reason: CallFailure.Reason
        ) throws {
            try withPlugin("calls", "Calls") { plugin throws in
                let outcome = try plugin.execute("finish_status", "\"status\":\(status)")
                #expect(outcome == .failed(reason, "what \"went\" wrong"))
                #expect(try plugin.execute("recorded") == .value("0"))
                #expect(plugin.events.all.broken.isEmpty == (reason != .fatal))
                #expect(plugin.events.all.misbehaved.isEmpty)
            }
        }

        @Test(arguments: [1, 9, 16, 17, 32, 33, 34, -1, 99])
        func `A status that finish may not have is misbehaviour`(status: Int) throws {
            try withPlugin("calls", "Calls") { plugin throws in
                let detail = "the plugin's execute answered a status it may not: \(status)"
                let outcome = try plugin.execute("finish_status", "\"status\":\(status)")
                #expect(outcome == .failed(.misbehaviour, detail))
                #expect(plugin.events.all.misbehaved.isEmpty)
            }
        }

        @Test(
            arguments: [
                (2, .plugin, "failed without saying why"),
                (3, .invalidArgument, "refused its arguments without saying why"),
                (4, .cancelled, "was cancelled"), (5, .unavailable, "is unavailable"),
                (6, .deadline, "passed its deadline"), (7, .unsupported, "is not supported"),
                (8, .fatal, "failed for good without saying why"),
                (9, .misbehaviour, "answered a status it may not: 9"),
                (-7, .misbehaviour, "answered a status it may not: -7"),
            ] as [(Int, CallFailure.Reason, String)])
        func `A status that execute returns without finish ends the call with it`(
            status: Int, reason: CallFailure.Reason, detail: String
        ) throws {
            try withPlugin("calls", "Calls") { plugin throws in
                let outcome = try plugin.execute("return_status", "\"status\":\(status)")
                #expect(outcome == .failed(reason, "the plugin's execute \(detail)"))
            }
        }

        @Test func `A plugin that returns without finish has misbehaved`() throws {
            try withPlugin("calls", "Calls") { plugin throws in
                let detail = "the plugin returned without finishing the call"
                #expect(try plugin.execute("no_finish") == .failed(.misbehaviour, detail))
                #expect(plugin.events.all.misbehaved.isEmpty)
            }
        }

        @Test(arguments: [
            ("finish_twice", "\"first\""), ("finish_and_return_error", "\"finished\""),
        ])
        func `The first finish counts, whatever comes behind it`(mode: String, value: String) throws
        {
            try withPlugin("calls", "Calls") { plugin throws in
                let recorder = try plugin.submit(.execute, "{\"mode\":\"\(mode)\"}")
                #expect(try recorder.outcome() == .value(value))
                let recorded = try plugin.execute("recorded")
                #expect(recorded == .value(mode == "finish_twice" ? "32" : "-1"))
                #expect(recorder.outcomes.count == 1)
            }
        }

        @Test(
            arguments: [
                "[1,2]", "123456789012345678901234567890", "-0.0e-10", "1e400",
                "\"\u{85} \u{2028} \u{2029}\"", #""\u0000\ud83d\ude00""#, #"{"b":1,"a":2,"b":3}"#,
                "\"\"", "null",
            ].enumerated().map { ($0.offset, $0.element) })
        func `A result keeps its meaning and its spelling`(number: Int, expected: String) throws {
            try withPlugin("calls", "Calls") { plugin throws in
                let outcome = try plugin.execute("odd", "\"case\":\(number)")
                #expect(outcome == .value(expected))
            }
        }

        @Test func `What is not one JSON value in UTF-8 is an error that says so`() throws {
            try withPlugin("calls", "Calls") { plugin throws in
                for number in 0..<32 {
                    let outcome = try plugin.execute("broken", "\"case\":\(number)")
                    let failure = try #require(outcome.failureIfAny, "case \(number)")
                    #expect(failure.reason == .misbehaviour)
                    let isEmpty = number == 0
                    let beginning =
                        isEmpty
                        ? "the plugin returned NULL instead of JSON"
                        : "the plugin's result is not JSON: "
                    #expect(failure.detail.hasPrefix(beginning), "\(failure.detail)")
                    #expect(try plugin.execute("recorded") == .value("33"))
                }
                #expect(plugin.events.all.misbehaved.isEmpty)
            }
        }

        @Test(arguments: ["null", "null_with_length", "null_with_nts"])
        func `NULL is no result`(mode: String) throws {
            try withPlugin("calls", "Calls") { plugin throws in
                let detail = "the plugin returned NULL instead of JSON"
                #expect(try plugin.execute(mode) == .failed(.misbehaviour, detail))
                #expect(try plugin.execute("recorded") == .value("33"))
            }
        }

        @Test func `Texts may be terminated, missing or not UTF-8`() throws {
            try withPlugin("calls", "Calls") { plugin throws in
                #expect(try plugin.execute("nts") == .value("[1,2]"))
                #expect(
                    try plugin.execute("finish_without_text")
                        == .failed(.plugin, "the plugin's execute failed without saying why"))
                #expect(
                    try plugin.execute("finish_with_bad_text")
                        == .failed(.plugin, "bad \u{FFFD} text"))
            }
        }

        @Test func `A large result arrives whole`() throws {
            try withPlugin("calls", "Calls") { plugin throws in
                let size = 5 << 20
                guard case .value(let text) = try plugin.execute("huge", "\"size\":\(size)") else {
                    throw TestFailure("no value")
                }
                #expect(text.utf8.count == size + 2)
                #expect(text.hasSuffix("xxx\""))
            }
        }
    }
}
