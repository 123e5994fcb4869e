import Testing
import WorkerSDK
import WorkerSDKTesting

@testable import Greeter

@Suite struct GreeterTests {
    @Test func `A greeting is what the configuration says`() async throws {
        try await withPlugin(Greeter.self) { plugin in
            try await plugin.initialize(["greeting": "Good day"])
            #expect(try await plugin.execute("you") == ["greeting": "Good day, you!"])
        }
    }

    @Test func `A wrong configuration is refused by name`() async throws {
        try await withPlugin(Greeter.self) { plugin in
            let refused = PluginError(.invalidArgument, "pause: expected a number from 0 to 1000")
            await #expect(throws: refused) { try await plugin.initialize(["pause": -1]) }
        }
    }

    @Test func `A stream greets as often as it is asked to`() async throws {
        try await withPlugin(Greeter.self) { plugin in
            try await plugin.initialize(["pause": 0])
            let lines = try await plugin.stream(kwargs: ["who": "you", "times": 2])
            #expect(lines == [["greeting": "Hello, you!"], ["greeting": "Hello, you!"]])
        }
    }

    @Test func `A stream that is cancelled stops`() async throws {
        try await withPlugin(Greeter.self) { plugin in
            let call = try plugin.start(.stream("you", 1_000))
            let lines = call.makeAsyncIterator()
            #expect(try await lines.next() == ["greeting": "Hello, you!"])
            try await call.cancel()
            await #expect(throws: PluginError.self) { while try await lines.next() != nil {} }
        }
    }
}
