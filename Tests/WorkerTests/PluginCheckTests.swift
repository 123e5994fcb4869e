import Foundation
import TestSupport
import Testing

/// The checker of plugins: `universal-worker check`.
@Suite(.blocking) struct PluginCheckTests {
    private struct Outcome {
        let ending: WorkerProcess.Ending
        let output: String
        let complaint: String

        /// The report, if it is one object.
        func report() throws -> [String: Any] {
            let value = try JSONSerialization.jsonObject(with: Data(output.utf8))
            return try #require(value as? [String: Any], "\(output)")
        }

        /// The rules that were found broken.
        func rules() throws -> [String] {
            let findings = try #require(try report()["findings"] as? [[String: String]])
            return findings.compactMap { $0["rule"] }
        }
    }

    private func check(_ arguments: [String]) throws -> Outcome {
        let process = try WorkerProcess(
            arguments: ["check"] + arguments, environment: ["PYTHONDONTWRITEBYTECODE": "1"])
        // It waits for plugins that do not end, in several workers.
        let ending = try process.waitForExit(within: 300_000)
        return Outcome(
            ending: ending, output: try process.standardOutput.textAtEnd(),
            complaint: try process.standardError.textAtEnd())
    }

    private static let python = Repository.root + "/Tests/Fixtures/faults.py"

    // MARK: - Good plugins

    @Test(arguments: ["echo", "guide"])
    func `A good library has no finding`(_ name: String) throws {
        let outcome = try check([try Fixture.path(name)])
        #expect(outcome.ending == .exited(0), "\(outcome.output)\(outcome.complaint)")
        #expect(outcome.output.contains(" passed, 0 failed, "))
    }

    @Test func `A good class of a library and one of Python have no finding`() throws {
        for arguments in [[try Fixture.path("faults")], [Self.python]] {
            let outcome = try check(arguments + ["--class", "Good", "--json"])
            #expect(outcome.ending == .exited(0), "\(outcome.output)\(outcome.complaint)")
            let report = try outcome.report()
            let plugin = try #require(report["plugin"] as? [String: Any])
            #expect(plugin["name"] as? String == "Good")
            #expect(plugin["concurrency"] as? Int == 1)
            #expect(plugin["cancellable"] as? Bool == true)
            #expect((plugin["functions"] as? [String])?.contains("cleanup") == true)
            let checks = try #require(report["checks"] as? [[String: Any]])
            #expect(Set(checks.compactMap { $0["result"] as? String }) == ["passed", "skipped"])
        }
    }

    @Test(arguments: ["Shelf", "Library", "Crowd", "Plain"])
    func `What an author writes in Swift has no finding`(_ name: String) throws {
        // Some streams are endless, and waited for.
        let outcome = try check([try Fixture.swiftPlugins(), "--class", name, "--timeout", "3"])
        #expect(outcome.ending == .exited(0), "\(outcome.output)\(outcome.complaint)")
    }

    @Test func `An endless stream that ends when its client leaves is no finding`() throws {
        let outcome = try check([Self.python, "--class", "Endless", "--only", "streams"])
        #expect(outcome.ending == .exited(0), "\(outcome.output)\(outcome.complaint)")
        #expect(outcome.output.contains("note: the stream did not end within a second"))
    }

    // MARK: - Faults

    /// Classes of the fixture `faults`, the check that meets their fault, and the rule that it breaks.
    private static let faults = [
        ("FinishTwice", "before-initialize", "finish-once"),
        ("FinishNever", "before-initialize", "stops"),
        ("DeafForEver", "before-initialize", "call-ends"),
        ("ForgetFinish", "before-initialize", "finishes-call"),
        ("FinishLate", "arguments", "finish-once"),
        ("BreakJSON", "before-initialize", "valid-data"),
        ("BreakUTF8", "before-initialize", "utf-8"),
        ("BreakLine", "before-initialize", "valid-data"),
        ("AnswerUnknown", "before-initialize", "known-status"),
        ("FinishUnknown", "before-initialize", "known-status"),
        ("ReportNonsense", "before-initialize", "valid-data"),
        ("ReportLate", "before-initialize", "stale-call"),
        ("ReplyLate", "before-initialize", "stale-reply"),
        ("EmitAnyway", "before-initialize", "wrong-call"),
        ("IgnoreEverything", "cancel", "stops"),
        ("StopSlowly", "cancel", "stops-soon"),
        ("EmitForEver", "streams", "stream-ends"),
        ("CrashUnready", "before-initialize", "no-crash"),
        ("CrashAfterCleanup", "cleanup", "no-crash"),
        ("CrashOnHuge", "arguments", "no-crash"),
        ("CrashOnNonsense", "initialize", "no-crash"),
        ("Leave", "before-initialize", "leaves-process"),
        ("LeaveAtOnce", "before-initialize", "leaves-process"),
        ("EndThread", "before-initialize", "keeps-thread"),
        ("KillParent", "before-initialize", "no-crash"),
        ("StopProcess", "before-initialize", "answers"),
        ("BreakForGood", "before-initialize", "not-broken"),
        ("NeverEnd", "load", "ends-in-time"),
        ("IgnoreEverything", "end", "ends-in-time"),
        ("IgnoreEverything", "deadline", "stops"),
        ("InitializeOnce", "initialize", "initialize-again"),
        ("RefuseButChange", "initialize", "refusal-changes-nothing"),
        ("SchemaOfNonsense", "load", "valid-data"),
        ("CleanUpOnce", "cleanup", "cleans-up"),
        ("CancelSlowly", "before-initialize", "cancel-returns"),
        ("CancelBadly", "before-initialize", "cancel-works"),
        ("CancelCrashing", "before-initialize", "no-crash"),
        ("LeakDescriptor", "leaks", "descriptors"),
        ("LeakThread", "leaks", "threads"),
        ("LeakProcess", "leaks", "processes"),
        ("ReturnTwice", "leaks", "processes"),
        ("MixUp", "concurrency", "same-answers"),
        ("BrokenEndpoint", "endpoints", "valid-data"),
    ]

    @Test(arguments: faults)
    func `A library's fault is found`(_ name: String, _ check: String, _ rule: String) throws {
        try expect(try Fixture.path("faults"), name, check, rule)
    }

    private static let pythonFaults = [
        ("Unfit", "before-initialize", "json-result"),
        ("UnfitLine", "before-initialize", "json-result"),
        ("NotANumber", "before-initialize", "finite-numbers"),
        ("Leave", "before-initialize", "leaves-process"),
        ("Crash", "before-initialize", "no-crash"),
        ("Killed", "before-initialize", "no-crash"),
        ("KillParent", "before-initialize", "no-crash"),
        ("HoldOn", "cancel", "stops"),
        ("HoldTheLock", "cancel", "stops"),
        ("CancelBadly", "before-initialize", "cancel-works"),
        ("InitializeOnce", "initialize", "initialize-again"),
        ("RefuseButChange", "initialize", "refusal-changes-nothing"),
        ("SchemaOfNonsense", "load", "no-errors"),
        ("CleanUpOnce", "cleanup", "cleans-up"),
        ("LeakDescriptor", "leaks", "descriptors"),
        ("LeakThread", "leaks", "threads"),
        ("LeakProcess", "leaks", "processes"),
    ]

    @Test(arguments: pythonFaults)
    func `A Python plugin's fault is found`(
        _ name: String, _ check: String, _ rule: String
    ) throws {
        try expect(Self.python, name, check, rule)
    }

    private func expect(_ path: String, _ name: String, _ check: String, _ rule: String) throws {
        // What never ends is waited for.
        let slow = ["answers", "call-ends", "stops", "stops-soon", "stream-ends", "ends-in-time"]
        let timeout = slow.contains(rule) ? "4" : "20"
        let outcome = try self.check(
            [path, "--class", name, "--only", check, "--timeout", timeout, "--json"])
        let rules = try outcome.rules()
        #expect(outcome.ending == .exited(1))
        #expect(rules.contains(rule), "\(outcome.output)")
    }

    @Test func `An exception that leaves a function is found`() throws {
        let outcome = try check([try Fixture.path("throwing"), "--class", "InExecute", "--json"])
        #expect(try outcome.rules() == ["no-exception"])
    }

    // MARK: - The command line

    @Test func `A plugin that cannot be loaded is 3, with the reason`() throws {
        for (arguments, reason) in [
            (["/none.so"], "/none.so"),
            ([try Fixture.path("no_entry"), "--class", "C"], "uw_plugin_entry"),
            ([try Fixture.path("faults"), "--class", "None"], "the library has no class 'None'"),
            ([Self.python, "--class", "None"], "has no attribute 'None'"),
        ] {
            let outcome = try check(arguments)
            #expect(outcome.ending == .exited(3), "\(outcome.output)")
            #expect(outcome.complaint.contains(reason), "\(outcome.complaint)")
        }
    }

    @Test func `A wrong command line is 2, and names what is wrong`() throws {
        let echo = try Fixture.path("echo")
        for (arguments, reason) in [
            ([], "nothing to check: expected a plugin"),
            ([echo, "more"], "unexpected argument 'more'"),
            ([echo, "--nonsense"], "unknown option '--nonsense'"),
            ([echo, "--timeout", "soon"], "invalid value 'soon' for '--timeout'"),
            ([echo, "--call", "[]"], "invalid value '[]' for '--call': expected a JSON object"),
            ([echo, "--config", "{"], "invalid value '{' for '--config': expected a JSON value"),
            (
                [echo, "--only", "none"],
                "invalid value 'none' for '--only': expected one of load, "
            ),
            ([try Fixture.path("faults")], "option '--class' is required: the plugin has Good, "),
            ([Self.python], "option '--class' is required: the plugin has Good, "),
        ] {
            let outcome = try check(arguments)
            #expect(outcome.ending == .exited(2))
            #expect(outcome.complaint.contains(reason), "\(outcome.complaint)")
        }
    }

    @Test func `Calls and a configuration of the author's reach the plugin`() throws {
        let outcome = try check(
            [
                try Fixture.path("cancellation"), "--class", "Polls", "--only", "cancel",
                "--call", "{\"kwargs\":{\"mode\":\"run\"}}", "--timeout", "3", "--json",
            ])
        let checks = try #require(try outcome.report()["checks"] as? [[String: Any]])
        #expect(checks.count == 1)
        // Each but the last one was met in the middle.
        let notes = ["/execute took longer than 3000 ms, and was cancelled"]
        #expect(checks[0]["notes"] as? [String] == notes)
        #expect(outcome.ending == .exited(0), "\(outcome.output)")
    }
}
