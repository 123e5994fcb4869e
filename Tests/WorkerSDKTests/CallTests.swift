import CWorkerPlugin
import Dispatch
import Glibc
import Synchronization
import TestSupport
import Testing
import WorkerSDK

@Suite(.blocking) struct CallTests {
    @Test(arguments: [
        ("plain", UW_ERROR, "WorkerSDKTests.Failing.Plain(code: 7)"),
        ("described", UW_ERROR, "the disk is full"),
        ("told", UW_ERROR, "told so"),
        ("cancelled", UW_CANCELLED, "The call was cancelled"),
        ("invalid", UW_INVALID_ARGUMENT, "bad"),
        ("unavailable", UW_UNAVAILABLE, "later"),
        ("deadline", UW_DEADLINE, "late"),
        ("unsupported", UW_UNSUPPORTED, "never"),
        ("fatal", UW_FATAL, "broken"),
    ])
    func `An error ends the call with its status and text`(how: String, status: Int, text: String)
        throws
    {
        let plugin = try #require(LoadedPlugin(Failing.self))
        let call = plugin.execute(#"["\#(how)"]"#)
        #expect(call.returned == UW_OK)
        #expect(Answer(call.record.status, call.record.text) == Answer(status, text))
    }

    @Test func `Nothing and absent values become null, and what JSON cannot hold is named`() throws
    {
        let plugin = try #require(LoadedPlugin(Returning.self))
        #expect(plugin.answer() == Answer(UW_OK, "null"))
        #expect(plugin.answer("[]", #"{"x":1}"#) == Answer(UW_OK, "null"))
        #expect(
            plugin.answer("[]", #"{"wrong":1}"#)
                == Answer(UW_ERROR, "result.deep[1]: nan is no JSON number"))
    }

    @Test func `A stream emits its lines, reports its progress and ends without a text`() throws {
        let plugin = try #require(LoadedPlugin(Counter.self))
        let record = plugin.execute("[2]", stream: true).record
        #expect(record.chunks == [#"{"n":1}"#, #"{"n":2}"#])
        #expect(record.progress == ["0.5 line 1", "1.0 line 2"])
        #expect(Answer(record.status, record.text) == Answer(UW_OK))
    }

    @Test func `A plugin without a stream streams its one result`() throws {
        let plugin = try #require(LoadedPlugin(Greeter.self))
        let record = plugin.execute(#"["Ada"]"#, stream: true).record
        #expect(record.chunks == [#""Hello Ada""#])
        #expect(Answer(record.status, record.text) == Answer(UW_OK))
    }

    @Test func `A stream that is not read any more stops at its next line`() throws {
        let plugin = try #require(LoadedPlugin(Counter.self))
        let id = FakeHost.number()
        let record = plugin.execute("[1000]", stream: true, call: id) { record in
            record.onEmit = { if $0 == 3 { FakeHost.change(id) { $0.isCancelled = true } } }
        }.record
        #expect(record.chunks.count == 3)
        #expect(record.status == UW_CANCELLED)
    }

    @Test func `A line that the worker refuses ends the stream with an error`() throws {
        let plugin = try #require(LoadedPlugin(Counter.self))
        let record = plugin.execute("[5]", stream: true) {
            $0.emitStatus = uw_status(UW_INVALID_DATA)
        }.record
        #expect(record.chunks.count == 1)
        #expect(
            Answer(record.status, record.text)
                == Answer(UW_ERROR, "The worker refused a chunk with status 33"))
    }

    @Test func `Progress is kept between 0 and 1, and a call that ended is harmless`() throws {
        struct Keeping: WorkerPlugin {
            static let version = "1"
            static let kept = Mutex<CallContext?>(nil)
            func execute(_: NoArguments, call: CallContext) throws -> String {
                try call.checkCancellation()
                for fraction in [-3, 7, .nan, nil] { call.reportProgress(fraction, "m") }
                Self.kept.withLock { $0 = call }
                return call.requestID
            }
        }
        let plugin = try #require(LoadedPlugin(Keeping.self))
        let id = FakeHost.number()
        let record = plugin.execute(call: id).record
        #expect(record.text == "\"request-\(id)\"")
        #expect(record.progress == ["0.0 m", "1.0 m", "-1.0 m", "-1.0 m"])
        let kept = try #require(Keeping.kept.withLock { $0 })
        #expect(kept.isCancelled)
        #expect(throws: CancellationError.self) { try kept.checkCancellation() }
        #expect(plugin.cancel(id) == Answer(UW_OK))
        #expect(plugin.cancel(0) == Answer(UW_OK))
    }

    @Test func `A handler wakes a call that waits when it is cancelled`() throws {
        struct Blocking: WorkerPlugin {
            static let version = "1"
            func execute(_: NoArguments, call: CallContext) throws {
                let woken = DispatchSemaphore(value: 0)
                call.onCancel { woken.signal() }
                call.reportProgress(nil, "waiting")
                woken.wait()
                try call.checkCancellation()
            }
        }
        let plugin = try #require(LoadedPlugin(Blocking.self))
        let id = FakeHost.number()
        let ended = DispatchSemaphore(value: 0)
        DispatchQueue.global().async {
            plugin.execute(call: id) { $0.ended = { ended.signal() } }
        }
        while FakeHost.call(id).progress.isEmpty { sched_yield() }
        #expect(plugin.cancel(id) == Answer(UW_OK))
        ended.wait()
        #expect(FakeHost.call(id).status == UW_CANCELLED)
    }
}
