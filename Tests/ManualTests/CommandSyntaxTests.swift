import Manual
import Testing

@Suite struct CommandSyntaxTests {
    @Test func `A synopsis says which options take a value, and what operands are`() {
        let syntax = CommandSyntax(
            synopsis: "probe URL|unix:PATH [--ready] [--timeout SECONDS] [--token-file FILE]",
            summary: "Asks.")
        #expect(syntax.name == "probe")
        #expect(syntax.flags.flatMap(\.names) == ["--ready", "--timeout", "--token-file"])
        #expect(syntax.flags.map(\.value) == [nil, "SECONDS", "FILE"])
        #expect(syntax.flags.map(\.completion) == [.text, .text, .file(prefix: "")])
        #expect(syntax.operands.map(\.completions) == [[.text, .file(prefix: "unix:")]])
    }

    @Test func `An option without brackets takes a value, perhaps one of some words`() {
        let syntax = CommandSyntax(
            synopsis: "new NAME --language c|rust [--sdk PATH]", summary: "Makes.")
        #expect(syntax.flags.flatMap(\.names) == ["--language", "--sdk"])
        #expect(syntax.flags.map(\.completion) == [.words(["c", "rust"]), .file(prefix: "")])
        #expect(syntax.operands.map(\.name) == ["NAME"])
    }

    @Test func `A word alone is a subcommand without anything`() {
        let syntax = CommandSyntax(synopsis: "enable", summary: "Switches it on.")
        #expect(syntax.name == "enable" && syntax.flags.isEmpty && syntax.operands.isEmpty)
    }
}
