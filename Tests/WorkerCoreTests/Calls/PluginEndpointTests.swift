import Testing
import WorkerCore

struct PluginEndpointTests {
    @Test func `A row says method, path and how it runs`() throws {
        let endpoint = try PluginEndpoint(row: ["GET", "/a/b-c._~9", "beside"], number: 3)
        #expect(endpoint.methods == .get && endpoint.path == "/a/b-c._~9")
        #expect(endpoint.run == .beside && endpoint.target == .row(3) && endpoint.body == .raw)
        let longest = "/" + String(repeating: "x", count: 255)
        #expect(try PluginEndpoint(row: ["POST", longest, "call"], number: 0).path == longest)
    }

    @Test(
        arguments: [
            [], ["GET", "/a"], ["PUT", "/a", "call"], ["HEAD", "/a", "call"],
            ["GET", "a", "call"], ["GET", "", "call"], ["GET", "/a b", "call"],
            ["GET", "/a/{id}", "call"], ["GET", "/%41", "call"], ["GET", "/ä", "call"],
            ["GET", "/a?b", "call"], ["GET", "/a", "soon"],
            ["GET", "/" + String(repeating: "x", count: 256), "call"],
        ])
    func `A row that breaks a rule is named in the error`(row: [String]) {
        let error = #expect(throws: EndpointError.self) {
            try PluginEndpoint(row: row, number: 7)
        }
        #expect(error?.description.hasPrefix("endpoint 7") ?? false)
    }

    @Test func `Hooks have a route, and run as their hosts expect`() {
        let runs = LifecycleHook.allCases.map { PluginEndpoint($0) }
        #expect(
            runs.map(\.path)
                == ["/prefetch", "/reconfigure", "/on_enable", "/on_disable", "/config_options"])
        #expect(runs.map(\.run) == [.call, .alone, .beside, .beside, .beside])
    }
}
