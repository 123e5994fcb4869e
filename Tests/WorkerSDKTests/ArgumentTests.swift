import CWorkerPlugin
import Testing
import WorkerSDK

@Suite struct ArgumentTests {
    @Test(arguments: [
        (#"[]"#, #"{"name":"Ada"}"#, #""Hello Ada""#),
        (#"["Ada"]"#, "{}", #""Hello Ada""#),
        (#"["Ada", 2]"#, "{}", #""Hello Ada Ada""#),
        (#"["Ada"]"#, #"{"times":2}"#, #""Hello Ada Ada""#),
        (#"["Ada", null, {"rate":3}]"#, "{}", #""Hello Ada""#),
        (#"[]"#, #"{"name":"Ada","times":null}"#, #""Hello Ada""#),
        (#"[]"#, #"{"name":"Bob","times":3,"times":2,"name":"Ada"}"#, #""Hello Ada Ada""#),
        (
            "[]", #"{"name":"Bob","n\u0061me" : "A\"},da", "options":{"rate":"x","rate":1}}"#,
            #""Hello A\"},da""#
        ),
        (
            #"["Ada",1,{"rate":{"a":[1,{}],"a":"}"},"rates":["\\"],"rate":2,"rates":[]}]"#, "{}",
            #""Hello Ada""#
        ),
        (#"[]"#, #"{"name":"\u00e9\ud83d\ude00/"}"#, #""Hello é😀/""#),
    ])
    func `Arguments are taken by position and by name, the last of a repeated name`(
        args: String, kwargs: String, result: String
    ) throws {
        let plugin = try #require(LoadedPlugin(Greeter.self))
        #expect(plugin.answer(args, kwargs) == Answer(UW_OK, result))
    }

    @Test(arguments: [
        ("[]", "{}", "missing argument 'name'"),
        ("[]", #"{"nam":"Ada"}"#, "missing argument 'name' (given by name: 'nam')"),
        (
            #"["Ada"]"#, #"{"name":"Bob"}"#,
            "argument 'name' is given twice: as args[0] and by name"
        ),
        (
            #"["Ada",1]"#, #"{"times":2}"#,
            "argument 'times' is given twice: as args[1] and by name"
        ),
        (
            #"["Ada",1,{},4]"#, "{}",
            "takes at most 3 positional arguments ('name', 'times', 'options'), 4 given"
        ),
        (
            #"["Ada"]"#, #"{"loud":true,"and":1}"#,
            "unexpected argument 'and': known are 'name', 'times', 'options'"
        ),
        ("[1]", "{}", "args[0]: expected String, found a number"),
        ("[null]", "{}", "args[0]: expected String, found null"),
        ("[true]", "{}", "args[0]: expected String, found a boolean"),
        ("[]", #"{"name":["Ada"]}"#, "kwargs.name: expected String, found an array"),
        ("[]", #"{"name":null}"#, "kwargs.name: expected String, found null"),
        (#"["Ada","2"]"#, "{}", "args[1]: expected Int, found a string"),
        (#"["Ada",1.5]"#, "{}", "args[1]: the number does not fit Int"),
        (
            #"["Ada"]"#, #"{"times":123456789012345678901234567890}"#,
            "kwargs.times: the number does not fit Int"
        ),
        (#"["Ada",1,[]]"#, "{}", "args[2]: expected an object, found an array"),
        (
            #"["Ada"]"#, #"{"options":{"rate":"x"}}"#,
            "kwargs.options.rate: expected Int, found a string"
        ),
        (
            #"["Ada",1,{"rates":[1,{}]}]"#, "{}",
            "args[2].rates[1]: expected Double, found an object"
        ),
        (
            #"["Ada"]"#, #"{"options":{"rates":[1e400]}}"#,
            "kwargs.options: a number in it does not fit its type"
        ),
        ("[", "{}", "args, kwargs: not JSON, or nested more than 512 levels deep"),
    ])
    func `What is wrong with an argument is told with its name or place`(
        args: String, kwargs: String, message: String
    ) throws {
        let plugin = try #require(LoadedPlugin(Greeter.self))
        #expect(plugin.answer(args, kwargs) == Answer(UW_INVALID_ARGUMENT, message))
    }

    @Test func `Nothing, one value, or a dictionary of any names may be the arguments`() throws {
        struct Empty: WorkerPlugin {
            static let version = "1"
            func execute(_: NoArguments, call: CallContext) {}
        }
        struct Summing: WorkerPlugin {
            static let version = "1"
            func execute(_ terms: [Int], call: CallContext) -> Int { terms.reduce(0, +) }
        }
        let empty = try #require(LoadedPlugin(Empty.self))
        #expect(empty.answer() == Answer(UW_OK, "null"))
        #expect(
            empty.answer("[1]")
                == Answer(UW_INVALID_ARGUMENT, "takes no positional arguments, 1 given"))
        #expect(
            empty.answer("[]", #"{"a":1}"#)
                == Answer(UW_INVALID_ARGUMENT, "unexpected argument 'a': there are none"))

        let summing = try #require(LoadedPlugin(Summing.self))
        #expect(summing.answer("[1,2,3]") == Answer(UW_OK, "6"))
        #expect(summing.answer("[1]", #"{"x":1}"#).status == UW_INVALID_ARGUMENT)

        let failing = try #require(LoadedPlugin(Failing.self))
        #expect(failing.answer(#"["well"]"#) == Answer(UW_OK, "null"))
        #expect(
            failing.answer()
                == Answer(UW_INVALID_ARGUMENT, "takes 1 positional argument, 0 given"))

        let returning = try #require(LoadedPlugin(Returning.self))
        #expect(returning.answer("[]", #"{"value":5,"other":6}"#) == Answer(UW_OK, "5"))
        #expect(
            returning.answer("[5]")
                == Answer(UW_INVALID_ARGUMENT, "takes no positional arguments, 1 given"))
    }
}
