import Testing
import WorkerJSON

@Suite struct CallBodyTests {
    @Test(
        arguments: [
            (#"{"args":[1,2],"kwargs":{"a":1}}"#, "[1,2]", #"{"a":1}"#),
            (#"{"kwargs":{},"args":[]}"#, "[]", "{}"),
            (#"{"args":[]}"#, "[]", nil),
            (#"{"kwargs":{ }}"#, nil, "{ }"),
            (#"{}"#, nil, nil),
            (" { } ", nil, nil),
            (
                #" { "args" : [ 1 , { "args" : 2 } ] , "kwargs" : { } } "#,
                #"[ 1 , { "args" : 2 } ]"#, "{ }"
            ),
            (#"{"other":{"args":[1]},"args":[2]}"#, "[2]", nil),
            (#"{"other":[{"kwargs":1}],"x":"args","args":["kwargs"]}"#, #"["kwargs"]"#, nil),
            (#"{"args":[2],"other":{"args":1,"kwargs":null}}"#, "[2]", nil),
            (#"{"args":1,"args":[2]}"#, "[2]", nil),
            (#"{"kwargs":null,"kwargs":{"a":[]},"args":[3],"args":[4]}"#, "[4]", #"{"a":[]}"#),
            (#"{"\u0061rgs":[1],"kw\u0061r\u0067s":{}}"#, "[1]", "{}"),
            (#"{"args":[1],"\u0061\u0072\u0067\u0073":[2]}"#, "[2]", nil),
            (#"{"Args":1,"arg":1,"argss":1,"":1,"\\args":1,"\u0041rgs":1,"args ":1}"#, nil, nil),
            (#"{"kwarg":1,"xkwargs":1,"\nargs":1,"\ud83d\ude00":1,"args\u0000":1}"#, nil, nil),
            (#"{"args":["]","}","\"]"],"kwargs":{"}":"{"}}"#, #"["]","}","\"]"]"#, #"{"}":"{"}"#),
        ] as [(String, String?, String?)])
    func `Both parts are found, whatever stands around them`(
        _ body: String, _ args: String?, _ kwargs: String?
    ) throws {
        for mark in ["", "\u{FEFF}"] {
            for padding in ["", String(repeating: " ", count: 100)] {
                let bytes = Array((mark + padding + body + padding).utf8)
                let call = try JSON.parseCallBody(Text(bytes).buffer())
                #expect(call.args.map { slice(bytes, $0) } == args)
                #expect(call.kwargs.map { slice(bytes, $0) } == kwargs)
            }
        }
    }

    @Test(arguments: [
        ("", #"the body is empty, expected an object such as {"args": [], "kwargs": {}}"#),
        (
            "\u{FEFF} ",
            #"the body is empty, expected an object such as {"args": [], "kwargs": {}}"#
        ),
        ("[]", #"expected an object such as {"args": [], "kwargs": {}}, found an array"#),
        ("null", #"expected an object such as {"args": [], "kwargs": {}}, found null"#),
        ("\"a\"", #"expected an object such as {"args": [], "kwargs": {}}, found a string"#),
        (
            #"[{"args":[]}]"#,
            #"expected an object such as {"args": [], "kwargs": {}}, found an array"#
        ),
        (
            "{",
            "the body is not valid JSON: byte 1: expected a key in quotes or '}' after '{', found the end of the text"
        ),
        (
            #"{"args":[NaN]}"#,
            "the body is not valid JSON: byte 9: expected a value or ']' after '[', found 'N'"
        ),
        (#"{"args":null}"#, #"byte 8: expected an array for "args", found null"#),
        (#"{"args":{}}"#, #"byte 8: expected an array for "args", found an object"#),
        (#"{"args": "x"}"#, #"byte 9: expected an array for "args", found a string"#),
        (#"{"args":[1],"args":-2}"#, #"byte 19: expected an array for "args", found a number"#),
        (#"{"kwargs":[]}"#, #"byte 10: expected an object for "kwargs", found an array"#),
        (#"{"kwargs":false}"#, #"byte 10: expected an object for "kwargs", found a boolean"#),
        (#"{"kwargs":1,"args":1}"#, #"byte 19: expected an array for "args", found a number"#),
        ("\u{FEFF}{\"kwargs\":null}", #"byte 13: expected an object for "kwargs", found null"#),
    ])
    func `What is not a call is refused in a sentence`(_ body: String, _ says: String) {
        do throws(CallBodyError) {
            let call = try JSON.parseCallBody(Text(body).buffer())
            Issue.record("accepted as \(call)")
        } catch {
            #expect(error.description == says)
        }
    }

    @Test func `A body that was never filled is empty`() {
        #expect(throws: CallBodyError.empty) { try JSON.parseCallBody(ByteBuffer()) }
    }

    private func slice(_ bytes: [UInt8], _ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }
}
