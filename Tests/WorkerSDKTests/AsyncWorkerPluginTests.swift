import CWorkerPlugin
import TestSupport
import Testing
import WorkerSDK

@Suite(.blocking) struct AsyncWorkerPluginTests {
    /// Starts a call, does something while it runs, and waits for its end without a thread.
    private func run(
        _ kwargs: String, stream: Bool = false, isCancelled: Bool = false,
        meanwhile body: (LoadedPlugin, uw_call_id) -> Void = { _, _ in }
    ) async throws -> (returned: Int, record: Record) {
        let plugin = try #require(LoadedPlugin(Waiting.self))
        let id = FakeHost.number()
        var returned = -1
        await withCheckedContinuation { continuation in
            returned =
                plugin.execute("[]", kwargs, stream: stream, call: id) {
                    $0.isCancelled = isCancelled
                    $0.ended = { continuation.resume() }
                }.returned
            body(plugin, id)
        }
        return (returned, FakeHost.call(id))
    }

    @Test func `A task finishes its call later`() async throws {
        let (returned, record) = try await run("{}")
        #expect(returned == UW_PENDING)
        #expect(Answer(record.status, record.text) == Answer(UW_OK, "null"))
        #expect(record.progress == ["-1.0 "])
    }

    @Test func `Arguments are refused at once`() async throws {
        let (returned, record) = try await run(#"{"wait":1}"#)
        #expect(returned == UW_OK)
        #expect(record.status == UW_INVALID_ARGUMENT)
        #expect(record.text == "kwargs.wait: expected Bool, found a number")
    }

    @Test func `A cancelled call cancels its task`() async throws {
        let (_, record) = try await run(#"{"wait":true}"#) { plugin, id in
            #expect(plugin.cancel(id) == Answer(UW_OK))
        }
        #expect(record.status == UW_CANCELLED)
    }

    @Test func `A call that was cancelled before it began is cancelled all the same`() async throws
    {
        let (_, record) = try await run(#"{"wait":true}"#, isCancelled: true)
        #expect(record.status == UW_CANCELLED)
    }

    @Test func `A task streams`() async throws {
        let (_, record) = try await run("{}", stream: true)
        #expect(record.chunks == [#""a/b""#, #""c""#])
        #expect(Answer(record.status, record.text) == Answer(UW_OK))
    }
}
