import Glibc
import TestSupport
import Testing

/// universal_worker_testing.h, in the test programs of Tests/Fixtures that are made with it.
@Suite(.blocking) struct TestingHeaderTests {
    private func run(
        _ program: String, _ arguments: [String], patience: String? = nil
    ) throws -> (ending: WorkerProcess.Ending, output: String, complaint: String) {
        let process = try WorkerProcess(
            program: "\(Fixture.folder)/\(program)", arguments: arguments,
            environment: patience.map { ["PATIENCE": $0] } ?? [:])
        return (
            try process.waitForExit(), try process.standardOutput.textAtEnd(),
            try process.standardError.textAtEnd()
        )
    }

    @Test func `The guide's test of the guide's plugin passes`() throws {
        let test = try run("guide_test", [try Fixture.path("guide")])
        #expect(test.ending == .exited(0), "\(test.complaint)")
    }

    private static let steps = [
        (
            "echo", "Echo",
            [
                #"execute:{"a":1}"#, #"stream:{"count":2}"#, "chunk:3", #"stream:{"count":300}"#,
                "POST /mirror:abc", "cleanup",
            ],
            #"""
            execute: 0 {"args":[],"kwargs":{"a":1}}
            stream: 0  chunks {"i":0} {"i":1}
            stream: 4  chunks {"i":0} {"i":1} {"i":2} cancelled
            POST /mirror: 0 abc http 200 de 
            cleanup: 7 
            """#
        ),
        (
            "cancellation", "Polls",
            [
                "look:5", "execute", "progress:1", #"execute:{"percent":25}"#, "timeout:0.01",
                "execute",
                "start", "execute",
            ],
            """
            execute: 4 stopped on request cancelled
            execute: 4 stopped on request progress 0.25 on its way cancelled
            execute: 4 stopped on request cancelled late
            execute: 4 stopped on request cancelled
            """
        ),
        (
            "cancellation", "Several", ["look:3", "four"],
            """
            four: 4 stopped on request, 4 stopped on request, 4 stopped on request, 4 stopped on request
            """
        ),
        (
            "cancellation", "Pushed",
            ["start", "execute", "cancel", #"execute:{"mode":"report"}"#],
            """
            execute: 4 stopped on request cancelled
            cancel: 0 
            execute: 0 {"with":1,"without":1}
            """
        ),
        (
            "cancellation", "Pending", ["start", "execute", "timeout:0.01", "stream"],
            """
            execute: 4 finished by cancel cancelled
            stream: 4 finished by cancel cancelled late
            """
        ),
        (
            "lifecycle", "Lifecycle",
            [
                #"initialize:{"a":1}"#, "current_config", #"execute:{"mode":"change"}"#, "changes",
                "cleanup", "prefetch",
            ],
            #"""
            initialize: 0 
            current_config: 0 {"a":1}
            execute: 0 {"args":[],"kwargs":{"mode":"change"}}
            changes: 1
            cleanup: 0 
            """#
        ),
    ]

    @Test(arguments: steps, ["drive", "drive_cxx"])
    func `A plugin is driven through its life, calls and cancellations, from C and from C++`(
        plugin: (library: String, name: String, steps: [String], lines: String), program: String
    ) throws {
        let path = try Fixture.path(plugin.library)
        let test = try run(program, [path, plugin.name] + plugin.steps)
        // The last plugin has no prefetch, which the test is told.
        guard plugin.steps.last != "prefetch" else {
            #expect(test.ending == .signalled(SIGABRT))
            #expect(test.complaint.contains("prefetch: the plugin has none"))
            #expect(test.output == plugin.lines + "\n")
            return
        }
        #expect(test.ending == .exited(0), "\(test.complaint)")
        #expect(test.output == plugin.lines + "\nclosed\n")
    }

    @Test func `Endpoints, hooks, headers, own answers and what is shown are at hand`() throws {
        let test = try run(
            "drive",
            [
                try Fixture.path("endpoints"), "Endpoints", #"POST /act:{"do":"own_json"}"#,
                "GET /beside", "on_enable", "on_disable", "config_options", "prefetch",
                #"POST /act:{"do":"later"}"#, #"POST /act:{"do":"fit"}"#, "shown",
            ])
        #expect(test.ending == .exited(0), "\(test.complaint)")
        #expect(
            test.output == #"""
                POST /act: 0  { "a" : 1 }  http 201 application/json 
                GET /beside: 0 {"path":"/beside","body":0,"headers":["accept-language=de"],"left":null,"args":0,"inside":0}
                on_enable: 0 
                on_disable: 2 still in use
                config_options: 0 { "model" : ["small", "large"] }
                prefetch: 0  progress 0.5 half
                POST /act: 0 "later"
                POST /act: 0 0
                shown: {} - ready
                closed

                """#)
    }

    private static let faults = [
        ("FinishTwice", "execute", "finish: late or twice: the call of execute has ended"),
        ("ForgetFinish", "execute", "execute: returned UW_OK without finish"),
        ("FinishNever", "execute", "execute: finish has not come for 0.1 seconds"),
        ("IgnoreEverything", "execute", "execute: it has not returned for 0.1 seconds"),
        ("BreakJSON", "execute", #"finish: not JSON: {"a":"#),
        ("BreakLine", "stream", "emit: not JSON: nonsense"),
        ("EmitAnyway", "execute", "emit: the call is none of execute_stream"),
        ("AnswerUnknown", "execute", "execute: returned 4711, a status that it may not"),
        ("FinishUnknown", "execute", "finish: -1 is no status to end a call with"),
        ("ReportNonsense", "execute", "progress: 42 is neither from 0 to 1, nor -1"),
        ("ReportLate", "execute", "progress: late or twice: the call of execute has ended"),
        (
            "ReplyLate", "execute",
            "reply: late: the function that the uw_reply was for has returned"
        ),
        ("SchemaOfNonsense", "config_schema", "config_schema: not a JSON object: [1]"),
        ("BrokenEndpoint", "GET /broken", #"finish: not JSON: {"a":"#),
        ("DeafForEver", "stream", "execute_stream: finish has not come for 0.1 seconds"),
        ("Missing", "execute", "uw_plugin_entry: answered 16, Good, "),
    ]

    @Test(arguments: faults)
    func `A fault of the plugin ends the test program, and says what it is`(
        name: String, step: String, message: String
    ) throws {
        let test = try run("drive", [try Fixture.path("faults"), name, step], patience: "0.1")
        #expect(test.ending == .signalled(SIGABRT), "\(test.output)")
        #expect(
            test.complaint.hasPrefix("universal_worker_testing: \(name): \(message)"),
            "\(test.complaint)")
    }

    @Test func `A stream that goes on after its cancellation ends the test program`() throws {
        let test = try run(
            "drive", [try Fixture.path("faults"), "EmitForEver", "chunk:1", "stream"])
        #expect(test.ending == .signalled(SIGABRT))
        #expect(test.complaint.contains("emit: goes on after a thousand answers"))
    }

    @Test func `A call that cannot be cancelled is not, and the test is told`() throws {
        let test = try run(
            "drive", [try Fixture.path("faults"), "DeafForEver", "start", "execute"])
        #expect(test.ending == .signalled(SIGABRT))
        #expect(test.complaint.contains("neither cancel nor UW_POLLS_CANCELLED"))
    }
}
