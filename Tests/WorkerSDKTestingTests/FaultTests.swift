import CWorkerPlugin
import Synchronization
import Testing
import WorkerSDK
import WorkerSDKTesting

/// The table of the plugin `Sound`, with one function that breaks a rule.
private struct Planted {
    private static let host = Mutex<Table?>(nil)
    private struct Table: @unchecked Sendable { let pointer: UnsafePointer<uw_host> }

    /// The worker's functions.
    static var worker: uw_host {
        guard let table = host.withLock({ $0 }) else { preconditionFailure("The entry has come") }
        return table.pointer.pointee
    }

    struct Sound: AsyncWorkerPlugin {
        static let version = "1"
        func execute(_: NoArguments, call: CallContext) async throws -> Int { 1 }
    }

    let change: (inout uw_plugin) -> Void

    func entry(
        _ host: WorkerHost, _ name: WorkerText, _ reply: WorkerReply, _ table: WorkerTable
    ) -> WorkerStatus {
        let kept = Table(pointer: host)
        Self.host.withLock { $0 = kept }
        let status = Worker.export([Sound.self], host, name, reply, table)
        guard let sound = table.pointee else { return status }
        let own = UnsafeMutablePointer<uw_plugin>.allocate(capacity: 1)
        own.initialize(to: sound.pointee)
        change(&own.pointee)
        table.pointee = UnsafePointer(own)
        return status
    }

    /// Finishes a call with a text.
    static func finish(_ call: UnsafePointer<uw_call>, _ text: StaticString) -> uw_status {
        text.withUTF8Buffer { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                worker.finish(call.pointee.id, uw_status(UW_OK), $0.baseAddress, $0.count)
            }
        }
    }
}

/// Plugins with planted faults: each is seen, and told with the rule that it breaks.
@Suite struct FaultTests {
    private func fault(
        patience: Double = 60, _ change: @escaping (inout uw_plugin) -> Void,
        _ ask: (TestedPlugin) async throws -> Void = { _ = try await $0.execute() }
    ) async -> String {
        let planted = Planted(change: change)
        do {
            try await withPlugin(
                named: "Sound", patience: patience, of: planted.entry, ask)
            return "no fault"
        } catch {
            return "\(error)"
        }
    }

    @Test func `Without a fault there is none`() async {
        #expect(await fault({ _ in }) == "no fault")
    }

    @Test func `A call that never finishes is told, by its await and at the end`() async {
        let told = await fault(patience: 0.05) { $0.execute = { _, _ in uw_status(UW_PENDING) } }
        #expect(told == "Sound: execute: it has not ended for 0.05 seconds")
        let unread = await fault(
            patience: 0.05, { $0.execute = { _, _ in uw_status(UW_PENDING) } },
            { _ = try $0.start(.execute()) })
        #expect(unread == told)
    }

    @Test func `A second finish, a missing one and one with no JSON are told`() async {
        let twice = await fault {
            $0.execute = { _, call in
                _ = Planted.finish(call, "1")
                return Planted.finish(call, "2")
            }
        }
        #expect(twice == "Sound: execute: finish: late or twice: the call has ended")
        let missing = await fault { $0.execute = { _, _ in uw_status(UW_OK) } }
        #expect(missing == "Sound: execute: returned without finish")
        let broken = await fault { $0.execute = { Planted.finish($1, "{") } }
        #expect(broken == "Sound: execute: finish: not JSON: {")
        let unknown = await fault { $0.execute = { _, _ in 4711 } }
        #expect(unknown == "Sound: execute: returned the status 4711")
    }

    @Test func `A value sent outside of a stream, and progress out of range, are told`() async {
        let emitted = await fault {
            $0.execute = { _, call in
                _ = Planted.worker.emit(call.pointee.id, nil, 0)
                return Planted.finish(call, "1")
            }
        }
        #expect(emitted == "Sound: execute: emit: the call is none of execute_stream")
        let reported = await fault {
            $0.execute = { _, call in
                _ = Planted.worker.progress(call.pointee.id, 42, nil, 0)
                return Planted.finish(call, "1")
            }
        }
        #expect(reported == "Sound: execute: progress: 42.0 is neither from 0 to 1, nor -1")
    }

    @Test func `A stream that goes on after its cancellation is told`() async {
        func plant(_ table: inout uw_plugin) {
            table.execute_stream = { _, call in
                let line: StaticString = "1"
                for _ in 0..<1100 {
                    _ = line.withUTF8Buffer { bytes in
                        bytes.withMemoryRebound(to: CChar.self) {
                            Planted.worker.emit(call.pointee.id, $0.baseAddress, $0.count)
                        }
                    }
                }
                return uw_status(UW_CANCELLED)
            }
        }
        let told = await fault(plant) { plugin in
            let call = try plugin.start(.stream())
            let values = call.makeAsyncIterator()
            _ = try await values.next()
            try await call.cancel()
            while try await values.next() != nil {}
        }
        #expect(
            told
                == "Sound: execute_stream: emit: goes on after a thousand answers that no more is wanted"
        )
    }

    @Test func `A status that a function may not answer, and a document that is none, are told`()
        async
    {
        let status = await fault(
            { $0.cleanup = { _, _ in 99 } }, { try await $0.cleanUp() })
        #expect(status == "Sound: cleanup: answered the status 99, which it may not")
        let document = await fault(
            { $0.current_config = { _, _ in uw_status(UW_OK) } },
            { _ = try await $0.configuration() })
        #expect(document == "Sound: current_config: not JSON: no text")
    }

    @Test func `A class that is not there, and a call that cannot be cancelled, are told`()
        async throws
    {
        struct Deaf: AsyncWorkerPlugin {
            static let version = "1"
            static let supportsCancellation = false
            func execute(_: NoArguments, call: CallContext) async throws { await Task.yield() }
        }
        func entry(
            _ host: WorkerHost, _ name: WorkerText, _ reply: WorkerReply, _ table: WorkerTable
        ) -> WorkerStatus {
            Worker.export([Deaf.self], host, name, reply, table)
        }
        await #expect(throws: PluginError(.failed, "uw_plugin_entry answered 16: Deaf")) {
            try await withPlugin(named: "Other", of: entry) { _ in }
        }
        await #expect(throws: PluginFault.self) {
            try await withPlugin(Deaf.self) { try await $0.start(.execute()).cancel() }
        }
    }
}
