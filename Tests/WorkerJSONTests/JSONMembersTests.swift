import Testing
import WorkerJSON

struct JSONMembersTests {
    private func read(_ text: String) -> JSONMembers? {
        unsafe Array(text.utf8).withUnsafeBytes { unsafe JSONMembers($0) }
    }

    @Test func `Members are found whatever stands around them`() throws {
        let members = try #require(
            read(
                #" { "a" : [1, {"x":"]}"}] , "name":"Echo","n":-1.5e1,"o":{"p":{"q":"r"}},"z":null} "#
            )
        )
        #expect(members.string("name") == "Echo")
        #expect(members.number("n") == -15)
        #expect(members.object("o")?.object("p")?.string("q") == "r")
        #expect(members.json("z").map(Array.init) == Array("null".utf8))
        #expect(members.json("a").map(Array.init) == Array(#"[1,{"x":"]}"}]"#.utf8))
        #expect(members.json("x") == nil)
    }

    @Test func `A value of another kind counts as absent`() throws {
        let members = try #require(read(#"{"a":1,"b":"1","c":{},"d":[]}"#))
        #expect(members.string("a") == nil)
        #expect(members.number("b") == nil)
        #expect(members.object("d") == nil)
        #expect(members.strings("c") == nil)
        #expect(members.strings("d") == [])
    }

    @Test func `Strings are unescaped, keys too, and of a repeated key the last counts`() throws {
        let members = try #require(
            read(##"{"\u006b":"first","k":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é😀"}"##))
        #expect(members.string("k") == "\"\\/\u{8}\u{c}\n\r\té😀é😀")
    }

    @Test func `Of an array the strings count`() throws {
        let members = try #require(read(#"{"can":["a",1,["b"],"c,]",null,"d\"e"]}"#))
        #expect(members.strings("can") == ["a", "c,]", "d\"e"])
    }

    @Test(arguments: ["", "[]", "1", "{", "{\"a\":}", "\"{}\""])
    func `What is no object has no members`(_ text: String) { #expect(read(text) == nil) }

    @Test func `An empty object is an object`() { #expect(read("{}") != nil) }
}
