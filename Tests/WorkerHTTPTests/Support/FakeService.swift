import TestSupport
import WorkerCalls
import WorkerCore
import WorkerHTTP
import WorkerJSON
import WorkerThreads

/// A call as the server handed it over.
struct Submission: Sendable {
    let kind: CallKind
    let body: String
    let args: String?
    let kwargs: String?
    let requestID: String
    let call: Call
    /// The exchange behind it.
    var client: any CallClient { call.client }
}

/// The worker behind a server, played by a test: takes calls in, and leaves their end to the test.
final class FakeService: WorkerService {
    struct State {
        var submissions: [Submission] = []
        var refusal: CallRefusal?
        /// What happens first when the usage is read.
        var beforeUsage: (@Sendable () -> Void)?
        /// How often the calls were asked for.
        var listings = 0
        var reports: [String] = []
        var complaints: [String] = []
        var cancels: [@Sendable (CancelAnswer) -> Void] = []
        var config: Result<String, CallFailure> = .success("{}")
        /// What is done with a call at once, on the thread that submits it.
        var atOnce: (@Sendable (Submission) -> Void)?
        /// What happens first in every submit.
        var before: (@Sendable () -> Void)?
        var failed: [FailedCall] = []
        /// By path.
        var schemas: [String: String] = [:]
    }

    let state = Monitor(State())

    let health = HealthFacts(.ready, running: 3, queued: 4, further: "")
    var progress: ProgressReport {
        ProgressReport(fraction: 0.5, message: "half \"way\"") ?? .none
    }

    let hasHooks = true
    let furtherStats = ""

    func usage() -> ResourceUsage {
        if let before = state.withLock({ $0.beforeUsage }) { before() }
        return ResourceUsage(cpuPercent: 12.5, residentMiB: 34.25, processes: [42, 43])
    }

    func metrics() -> Scrape.Plugin {
        var plugin = Scrape.Plugin()
        plugin.health = health
        return plugin
    }

    func libraryComplained(_ complaint: String, isClients: Bool) {
        state.withLock { $0.complaints.append(complaint) }
    }

    var configSchema: Result<SharedText, CallFailure> {
        .success(SharedText(buffer("{\"type\":\"object\"}")))
    }

    var currentConfig: Result<SharedText, CallFailure> {
        state.withLock { $0.config }.map { SharedText(buffer($0)) }
    }

    func bodySchema(of path: String) -> JSONMembers? {
        guard var schema = state.withLock({ $0.schemas[path] }) else { return nil }
        return schema.withUTF8 { unsafe JSONMembers(UnsafeRawBufferPointer($0)) }
    }

    func submit(_ call: Call) -> CallRefusal? {
        if let before = state.withLock({ $0.before }) { before() }
        if let refusal = state.withLock({ $0.refusal }) { return refusal }
        let bytes = unsafe call.body.withUnsafeBytes { unsafe [UInt8]($0) }
        func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        let submission = Submission(
            kind: call.kind, body: text(bytes.indices), args: call.args.map(text),
            kwargs: call.kwargs.map(text), requestID: call.requestID, call: call)
        if let atOnce = state.withLock({ $0.atOnce }) {
            atOnce(submission)
        } else {
            state.withLock { $0.submissions.append(submission) }
        }
        return nil
    }

    func calls(atMost limit: Int) -> (shown: [CallReport], more: Int) {
        state.withLock { $0.listings += 1 }
        return ([], 0)
    }
    func progress(id: String) -> ProgressReport? { nil }

    func startCalls() {}
    func startCalls(on poll: EventPoll) {}
    func happened(_ number: UInt64) {}
    let awaitsEvent = false
    func loopEnds() {}

    func requestRefused(_ status: UInt32, _ detail: String) {}

    func lostDescriptor(_ name: String) { report("lost \(name)") }

    func report(_ text: String) { state.withLock { $0.reports.append(text) } }

    func callFailed(_ call: FailedCall) { state.withLock { $0.failed.append(call) } }

    func requestEnded(_ access: AccessRecord) {}

    func cancel(_ client: any CallClient, _ failure: CallFailure) { client.fail(failure) }

    func cancel(
        id: String, _ failure: CallFailure, completion: @escaping @Sendable (CancelAnswer) -> Void
    ) -> Bool { false }

    func cancelAll(
        _ failure: CallFailure, completion: @escaping @Sendable (CancelAnswer) -> Void
    ) {
        state.withLock { $0.cancels.append(completion) }
    }

    /// Waits for the next call.
    func submission(within milliseconds: Int = Deadline.patience) throws -> Submission {
        let deadline = Deadline(milliseconds: milliseconds)
        guard state.wait(until: deadline, { $0.submissions.isEmpty ? nil : true }) != nil else {
            throw TestFailure("no call has been submitted")
        }
        return state.withLock { $0.submissions.removeFirst() }
    }

    /// Waits for the next POST /cancel.
    func cancel() throws -> @Sendable (CancelAnswer) -> Void {
        let deadline = Deadline()
        guard state.wait(until: deadline, { $0.cancels.isEmpty ? nil : true }) != nil else {
            throw TestFailure("no cancel has come")
        }
        return state.withLock { $0.cancels.removeFirst() }
    }

    /// Has each call end at once with its own body.
    func echoAtOnce() {
        state.withLock { $0.atOnce = { $0.client.finish(buffer($0.body)) } }
    }
}

/// What a plugin leaves for the client of a call.
extension CallClient {
    func finish(_ value: consuming ByteBuffer) { callDidFinish(.value(value)) }

    func finish() { callDidFinish(.done) }

    func fail(_ failure: CallFailure) { callDidFinish(.failure(failure)) }

    func finishStream(_ lines: consuming ByteBuffer, _ failure: CallFailure?) {
        callDidFinish(.streamEnd(lines, failure))
    }
}

/// A buffer with a text in it.
func buffer(_ text: String) -> ByteBuffer { ByteBuffer(text) }

/// The text of a buffer.
func string(_ buffer: borrowing ByteBuffer) -> String {
    unsafe buffer.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
}
