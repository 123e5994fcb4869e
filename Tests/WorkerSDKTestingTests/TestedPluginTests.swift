import Foundation
import Synchronization
import Testing
import WorkerSDK
import WorkerSDKTesting

@testable import SwiftPlugins

/// Plugins without faults: what a client could ask, asked without a worker.
@Suite struct TestedPluginTests {
    @Test func `A configuration is taken, shown and changed, with its schemas`() async throws {
        try await withPlugin(named: "Shelf", of: pluginEntry) { shelf in
            try await shelf.initialize(["label": "a"])
            #expect(try await shelf.configuration() == ["label": "a", "limit": 3])
            #expect(try await shelf.configuration(as: Shelf.Configuration.self).label == "a")
            try await shelf.reconfigure(from: ["limit": 3], to: ["limit": 4])
            #expect(try await shelf.configuration() == ["label": "none", "limit": 4])
            let refused = PluginError(.failed, "it does not shrink")
            await #expect(throws: refused) {
                try await shelf.reconfigure(from: ["limit": 3], to: ["limit": 2])
            }
            guard case .object(let schema) = try await shelf.configurationSchema(),
                case .object(let bodies) = try await shelf.bodySchemas()
            else {
                Issue.record("no objects")
                return
            }
            #expect(schema["type"] == "object")
            #expect(bodies["/books"] != nil)
        }
    }

    @Test func `Endpoints, own answers, headers and deadlines are as with a worker`() async throws {
        try await withPlugin(Shelf.self) { shelf in
            try await shelf.initialize(["label": "a"])
            var request = TestedRequest.endpoint(.post, "/books", body: #"{"title":"T"}"#.utf8)
            request.headers = ["TraceParent": "00-1"]
            let added = try await shelf.start(request).response()
            #expect(added.status == 201)
            #expect(added.headers.map(\.value) == ["00-1"])
            #expect(try await shelf.request(.get, "/books").body == Array(#"["T"]"#.utf8))
            let shouted = try await shelf.request(.post, "/shout", body: "psst".utf8)
            #expect(shouted.body == Array("PSST".utf8))
            #expect(shouted.contentType == "text/plain; charset=utf-8")
            await #expect(throws: PluginFault.self) { try await shelf.request(.get, "/none") }

            var timed = TestedRequest.execute("time")
            timed.timeout = .seconds(60)
            #expect(try await shelf.start(timed).value(as: Bool.self))
            var tenant = TestedRequest.execute()
            tenant.body = Array(#"{"tenant":"t"}"#.utf8)
            #expect(try await shelf.start(tenant).value() == ["tenant": "t", "trace": nil])
        }
    }

    @Test func `Hooks run, what a plugin shows is shown, and a failing hook is told`() async throws
    {
        try await withPlugin(Shelf.self) { shelf in
            try await shelf.initialize(["limit": 0])
            #expect(shelf.health == ["label": "none"])
            #expect(shelf.notReady == "no room")
            try await shelf.initialize(["limit": 1])
            #expect(shelf.notReady == nil)
            try await shelf.prefetch()
            #expect(try await shelf.request(.get, "/books").body == Array(#"["fetched"]"#.utf8))
            try await shelf.enable()
            await #expect(throws: PluginError(.unavailable, "it is read from")) {
                try await shelf.disable()
            }
            #expect(try await shelf.configurationOptions() == ["label": ["none", "b"]])
        }
        try await withPlugin(Archive.self) { archive in
            _ = try await archive.request(.post, "/pages", body: #"{"title":"a"}"#.utf8)
            #expect(archive.metrics == ["pages_added_total": 1])
            #expect(archive.health == ["pages": 1])
            await #expect(throws: PluginFault.self) { try await archive.prefetch() }
        }
    }

    @Test func `A task reports its progress, and is cancelled by hand or by its deadline`()
        async throws
    {
        try await withPlugin(Crowd.self) { crowd in
            let waiting = try crowd.start(.endpoint(.get, "/wait"))
            try await waiting.reportProgress(times: 1)
            #expect(waiting.progress.map(\.fraction) == [0.25])
            #expect(waiting.progress.map(\.message) == ["waiting"])
            try await waiting.cancel()
            await #expect(throws: PluginError(.cancelled, "The call was cancelled")) {
                try await waiting.response()
            }
            var timed = TestedRequest.endpoint(.get, "/wait")
            timed.timeout = .milliseconds(1)
            let late = try crowd.start(timed)
            await #expect(throws: PluginError.self) { try await late.response() }
            #expect(late.isCancelled)
        }
    }

    @Test func `A call is over when the plugin has been told of its cancellation to the end`()
        async throws
    {
        try await withPlugin(Deaf.self) { deaf in
            var timed = TestedRequest.execute()
            timed.timeout = .milliseconds(1)
            let late = try deaf.start(timed)
            await #expect(throws: PluginError.self) { try await late.value() }
            let hasHeard = Deaf.hasHeard.load(ordering: .acquiring)
            #expect(hasHeard)
        }
    }

    @Test func `Calls run beside each other, and each plugin's log is its own`() async throws {
        struct Talking: AsyncWorkerPlugin {
            static let version = "1"
            func execute(_ name: String, call: CallContext) async throws {
                await Task.yield()
                Worker.log(.warning, name)
            }
        }
        try await withPlugin(Talking.self) { first in
            try await withPlugin(Talking.self) { second in
                let calls = try [first.start(.execute("a")), second.start(.execute("b"))]
                for call in calls { #expect(try await call.value() == nil) }
                #expect(first.log == ["warning: a"])
                #expect(second.log == ["warning: b"])
            }
        }
    }

    @Test func `A stream waits for its reader, one value ahead`() async throws {
        try await withPlugin(Ticking.self) { ticking in
            let call = try ticking.start(.stream(3))
            let ticks = call.makeAsyncIterator()
            for number in 0..<3 { #expect(try await ticks.next() == ["number": .integer(number)]) }
            #expect(try await ticks.next() == nil)
        }
    }
}

/// Stops as soon as it is to, and takes its time to hear of it.
private struct Deaf: ConcurrentWorkerPlugin {
    static let version = "1"
    static let maximumConcurrency = 1
    static let hasHeard = Atomic<Bool>(false)

    func execute(_: NoArguments, call: CallContext) throws -> Int {
        let gate = DispatchSemaphore(value: 0)
        call.onCancel {
            gate.signal()
            Thread.sleep(forTimeInterval: 0.3)
            Self.hasHeard.store(true, ordering: .releasing)
        }
        gate.wait()
        throw CancellationError()
    }
}
