import Testing
import WorkerSDK
import WorkerSDKTesting

@testable import SwiftPlugins

// The tests of docs/sdk.md, whose code stands here word by word.

@Test func `The painter paints in its style, line by line, until it is cancelled`() async throws {
    try await withPlugin(Painter.self) { painter in
        try await painter.initialize(["style": "bold"])
        #expect(try await painter.execute("painted", 2) == ["PAINTED", "PAINTED"])
        #expect(try await painter.stream("a", kwargs: ["times": 2]) == ["A", "A"])

        let refused = PluginError(.invalidArgument, "width: expected a number from 1 to 200")
        await #expect(throws: refused) { try await painter.initialize(["width": 0]) }

        let call = try painter.start(.stream("a", 1_000_000))
        let lines = call.makeAsyncIterator()
        #expect(try await lines.next() == "A")
        try await call.cancel()
        await #expect(throws: PluginError.self) { while try await lines.next() != nil {} }
    }
}
