import CWorkerPlugin
import Testing
import WorkerSDK

@Suite struct ConfigurationTests {
    private static let defaults =
        #"{"factor":1,"greeting":"Hello","style":{"loud":false,"marks":2},"tags":["a"]}"#

    @Test(arguments: [
        ("{}", defaults),
        ("null", defaults),
        (
            #"{"greeting":"Hi","limit":3,"style":{"loud":true},"tags":[]}"#,
            #"{"factor":1,"greeting":"Hi","limit":3,"style":{"loud":true,"marks":2},"tags":[]}"#
        ),
    ])
    func `What is not given has its default, at every depth`(given: String, all: String) throws {
        let plugin = try #require(LoadedPlugin(Greeter.self))
        #expect(plugin.configuration() == Answer(UW_OK, Self.defaults))
        #expect(plugin.initialize(given) == Answer(UW_OK))
        #expect(plugin.configuration() == Answer(UW_OK, all))
    }

    @Test(arguments: [
        (#"{"greeting":5}"#, "config.greeting: expected String, found a number"),
        (#"{"style":{"marks":"x"}}"#, "config.style.marks: expected Int, found a string"),
        (#"{"style":[]}"#, "config.style: expected an object, found an array"),
        (
            #"{"greting":"Hi"}"#,
            "config: unexpected key 'greting': known are 'greeting', 'factor', 'limit', 'style', 'tags'"
        ),
        (
            #"{"style":{"mark":1}}"#,
            "config.style: unexpected key 'mark': known are 'loud', 'marks'"
        ),
        ("7", "config: expected an object, found a number"),
        (#"{"greeting":""}"#, "be polite"),
    ])
    func `A refused configuration is named, and the former one stays`(
        given: String, message: String
    ) throws {
        let plugin = try #require(LoadedPlugin(Greeter.self))
        #expect(plugin.initialize(#"{"greeting":"Hi"}"#) == Answer(UW_OK))
        let before = plugin.configuration()
        #expect(plugin.initialize(given) == Answer(UW_INVALID_ARGUMENT, message))
        #expect(plugin.configuration() == before)
        #expect(plugin.answer(#"["Ada"]"#) == Answer(UW_OK, #""Hi Ada""#))
    }

    @Test func `The schema follows from the properties and their defaults`() throws {
        let plugin = try #require(LoadedPlugin(Greeter.self))
        let properties = [
            #""factor":{"default":1,"type":"number"}"#,
            #""greeting":{"default":"Hello","type":"string"}"#,
            #""limit":{"default":null,"type":["integer","null"]}"#,
            #""style":{"additionalProperties":false,"default":{"loud":false,"marks":2},"#
                + #""properties":{"loud":{"default":false,"type":"boolean"},"#
                + #""marks":{"default":1,"type":"integer"}},"type":"object"}"#,
            #""tags":{"default":["a"],"type":"array"}"#,
        ]
        let schema =
            #"{"additionalProperties":false,"properties":{\#(properties.joined(separator: ","))},"#
            + #""type":"object"}"#
        #expect(plugin.schema() == Answer(UW_OK, schema))
    }

    @Test func `A plugin may write its own schema, and tell its own configuration`() throws {
        struct Own: WorkerPlugin {
            struct Configuration: PluginConfiguration { var rate = 1 }
            static let version = "1"
            static let configurationSchema: JSONValue = ["type": "object", "title": "a/b"]
            var currentConfiguration: Configuration? { Configuration(rate: 9) }
            func execute(_: NoArguments, call: CallContext) {}
        }
        let own = try #require(LoadedPlugin(Own.self))
        #expect(own.schema() == Answer(UW_OK, #"{"title":"a/b","type":"object"}"#))
        #expect(own.configuration() == Answer(UW_OK, #"{"rate":9}"#))
    }

    @Test func `Cleanup may fail with its text, and may come twice`() throws {
        let plugin = try #require(LoadedPlugin(Greeter.self))
        #expect(plugin.cleanUp() == Answer(UW_UNAVAILABLE, "nothing to clean"))
        _ = plugin.answer(#"["Ada"]"#)
        #expect(plugin.cleanUp() == Answer(UW_OK))
        #expect(plugin.cleanUp() == Answer(UW_OK))
    }
}
