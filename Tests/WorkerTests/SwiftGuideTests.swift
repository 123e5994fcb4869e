import TestSupport
import Testing

/// docs/sdk.md: its plugins are those of Tests/SwiftPlugins/Guide.swift, and do what it says; its test passes.
@Suite(.blocking) struct SwiftGuideTests {
    private func start(_ className: String) throws -> LiveWorker {
        let process = try WorkerProcess(arguments: [
            "--module", try Fixture.swiftPlugins(), "--class", className, "--port", "0",
        ])
        return LiveWorker(process, port: try process.waitUntilListening())
    }

    @Test func `Each plugin of the guide is one that is compiled here, word by word`() throws {
        let code =
            try Repository.text(of: "Tests/SwiftPlugins/Guide.swift")
            + Repository.text(of: "Tests/WorkerSDKTestingTests/GuideTests.swift")
        let blocks = try Repository.text(of: "docs/sdk.md").split(separator: "```swift\n")
            .dropFirst()
        #expect(blocks.count == 5)
        for block in blocks {
            let plugin = block.split(separator: "```", maxSplits: 1)[0]
            #expect(code.contains(plugin), "\(plugin)")
        }
    }

    @Test func `The painter takes arguments, a configuration, and streams`() throws {
        let worker = try start("Painter")
        let client = worker.client
        #expect(
            try client.post("/initialize", #"{"style":"bold","width":5}"#).status == 200)
        let painted = try client.execute(#"{"text":"painted","times":2}"#)
        #expect(painted.text == #"["PAINT","PAINT"]"#)
        #expect(try client.post("/execute", #"{"args":["a"]}"#).text == #"["A"]"#)
        #expect(
            try client.post("/execute_stream", #"{"args":["a",2]}"#).text == "\"A\"\n\"A\"\n")
        let wide = try client.post("/initialize", #"{"width":201}"#)
        #expect(wide.status == 400 && wide.text.contains("from 1 to 200"), "\(wide.text)")
        #expect(try client.post("/initialize", #"{"style":"thin"}"#).status == 400)
        #expect(try client.get("/config").text == #"{"style":"bold","width":5}"#)
        #expect(try client.get("/config_schema").text.contains(#""enum":["plain","bold"]"#))
        let missing = try client.post("/execute", "{}")
        #expect(missing.status == 400 && missing.text.contains("text"), "\(missing.text)")
    }

    @Test func `The others count, tick and archive`() throws {
        let counting = try start("Counting")
        #expect(try counting.client.execute("{}").text == "1")
        let ticking = try start("Ticking")
        #expect(try ticking.client.execute(#"{"count":7}"#).text == #"{"number":7}"#)
        #expect(
            try ticking.client.post("/execute_stream", #"{"args":[2]}"#).text
                == "{\"number\":0}\n{\"number\":1}\n")
        let worker = try start("Archive")
        let archive = worker.client
        #expect(try archive.post("/pages", #"{"title":"a"}"#).status == 201)
        #expect(try archive.get("/pages").text == #"[{"title":"a"}]"#)
        #expect(try archive.get("/health").text.contains(#""pages":1"#))
        #expect(try archive.get("/metrics").text.contains("pages_added_total 1"))
        let asked = try archive.request(
            "POST", "/execute", body: "{}", headers: [("Accept-Language", "de")])
        #expect(asked.text == "\"de\"")
    }
}
