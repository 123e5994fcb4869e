import Testing
import WorkerCore

@Suite struct NewPluginTests {
    @Test(arguments: [
        ("greeter", "Greeter", "greeter"), ("speech-to-text", "SpeechToText", "speech_to_text"),
        ("My_Plugin2", "MyPlugin2", "my_plugin2"), ("HTTPEcho", "HTTPEcho", "httpecho"),
    ])
    func `A name gives a class and a name of files`(
        _ text: String, _ className: String, _ file: String
    ) throws {
        let options = try NewPlugin([text, "--language", "c"])
        #expect(options.name.folder == text)
        #expect(options.name.className == className)
        #expect(options.name.file == file)
    }

    @Test(arguments: [
        "", ".", "..", "/tmp/x", "a/b", "2day", "-", "a-", "_a", "a--b", "a b", "ä", "a.b",
        String(repeating: "a", count: 65),
    ])
    func `A name that is no name is refused, with what is allowed`(_ text: String) {
        let error = #expect(throws: UsageError.self) {
            // Behind `=`, where one that begins with a dash is no option.
            try NewPlugin([text, "--language=c"])
        }
        guard !text.hasPrefix("-") else { return }
        let reason = "invalid value '\(text)' for 'new': expected up to 64"
        #expect(error?.description.hasPrefix(reason) == true)
    }

    @Test func `A name that its language means otherwise is refused there alone`() throws {
        for (name, language) in [("testing", "swift"), ("Self", "swift"), ("none", "python")] {
            let error = #expect(throws: UsageError.self) {
                try NewPlugin([name, "--language", language])
            }
            #expect(error?.description.contains("expected another name") == true)
            #expect(try NewPlugin([name, "--language", "c"]).name.folder == name)
        }
    }

    @Test func `What is missing or odd on the command line is named`() {
        for (arguments, reason) in [
            ([], "nothing to make: expected a name"),
            (["a"], "option '--language' is required"),
            (["a", "--language"], "option '--language' needs a value"),
            (
                ["a", "--language=go"],
                "invalid value 'go' for '--language': expected one of c, cpp, swift, rust, python"
            ),
            (["a", "b", "--language", "c"], "unexpected argument 'b'"),
            (["a", "--tongue", "c"], "unknown option '--tongue'"),
            (
                ["a", "--language", "c", "--sdk", "/"],
                "option '--sdk' has no use without '--language swift'"
            ),
        ] {
            let error = #expect(throws: UsageError.self) { try NewPlugin(arguments) }
            #expect(error?.description == reason)
        }
    }

    @Test func `A template is filled with the names, and with where things are`() throws {
        // A name that has the placeholder in it is not looked through again.
        let options = try NewPlugin(["xgreeter", "--language", "swift"])
        let text = "class Greeter in greeter.c\nWORKER ?= universal-worker\npath: \"../..\""
        let filled = options.fill(text, worker: "/a$b#c/w", sdk: "/d\"e\\")
        #expect(
            filled == "class Xgreeter in xgreeter.c\nWORKER ?= /a$$b\\#c/w\npath: \"/d\\\"e\\\\\"")
    }

    @Test func `WorkerSDK is looked for in each folder around the binary, the nearest first`() {
        #expect(
            NewPlugin.places(around: "/usr/bin/universal-worker") == [
                "/usr/bin/share/universal-worker/sdk", "/usr/bin",
                "/usr/share/universal-worker/sdk", "/usr",
            ])
    }
}
