import TestSupport
import Testing
import WorkerCore
import WorkerJSON

@testable import PluginHost

extension PluginHostTests {
    @Suite struct BodySchemaTests {
        /// Runs a call, before which the schemas have been asked for.
        private func schemas(_ plugin: Plugin) throws -> (execute: String?, own: String?) {
            #expect(
                try plugin.run(.execute, #"{"mode":"on"}"#).failureIfAny?.reason == .invalidArgument
            )
            let schemas = plugin.loaded.bodySchemas
            #expect(schemas["/execute_stream"]?.further == schemas["/execute"]?.further)
            return (schemas["/execute"]?.further, schemas["/switch"]?.further)
        }

        @Test func `What a class says of its bodies is there, and serves its streams too`() throws {
            try withPlugin("schemas", "Switch") { plugin throws in
                let (execute, own) = try schemas(plugin)
                #expect(execute?.hasPrefix(#","type":"object","properties":{"args":"#) == true)
                #expect(own == #","enum":["on","off"]"#)
                #expect(plugin.loaded.bodySchemas["/switched"] == nil)
                #expect(plugin.events.all.misbehaved.isEmpty)
            }
        }

        @Test(
            arguments: [
                ("NotJSON", "-: what the plugin's body_schemas left is not JSON"),
                ("List", "-: the plugin's body_schemas left an array; expected an object"),
                ("Silent", "-: the plugin's body_schemas left no text; expected JSON"),
                ("Fails", "-: have none"),
                ("Long", "-: the plugin's body schemas are 307199 bytes; expected at most 262144"),
                ("Leaves", "the thread of the plugin's body_schemas ended itself"),
                ("Unsupported", nil),
            ] as [(String, String?)])
        func `A class that cannot say it is served without, and the log says why`(
            className: String, says problem: String?
        ) throws {
            try withPlugin("schemas", className) { plugin throws in
                #expect(try schemas(plugin) == (nil, nil))
                let told = plugin.events.all.misbehaved
                #expect(told.count == (problem == nil ? 0 : 1))
                if let problem { #expect(told.first?.contains(problem) == true, "\(told)") }
            }
        }

        @Test func `Of several schemas those that may not be are left out, in one line`() throws {
            try withPlugin("schemas", "Odd") { plugin throws in
                #expect(try schemas(plugin) == (nil, #","type":"string""#))
                #expect(
                    plugin.events.all.misbehaved == [
                        "-: the plugin's body schemas: that of /execute is not an object; "
                            + "2 more are wrong"
                    ])
            }
        }

        @Test func `A C++ exception is the reason that there are none`() throws {
            try withPlugin("throwing", "InBodySchemas") { plugin throws in
                #expect(try plugin.run() == .value("\"quiet\""))
                #expect(plugin.events.all.misbehaved == ["-: thrown \"on\" purpose"])
            }
        }
    }
}
