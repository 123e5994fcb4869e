internal import CWorkerPlugin
internal import FoundationEssentials
private import Glibc
internal import Synchronization

/// The call that a plugin is running: its name, how far it is, and whether it is to stop.
///
/// It may be used from any thread and kept for any time: once the call has ended, reports go
/// nowhere and ``isCancelled`` is true.
public final class CallContext: Sendable {
    private struct Cancellation {
        var isRequested = false
        var handlers: [@Sendable () -> Void] = []
    }

    /// What names the call in the worker's log.
    public let requestID: String

    /// The whole body of the request, as it came.
    ///
    /// For `execute` JSON, in which keys may stand beside `args` and `kwargs`.
    public var body: [UInt8] { [UInt8](wholeBody) }

    /// Those of the request's headers that ``PluginClass/requestHeaders`` names, in their order.
    ///
    /// Names are in lower case.
    public let headers: [(name: String, value: String)]

    let id: uw_call_id
    let host: Host
    private let wholeBody: Data
    private let deadline: UInt64
    private let cancellation = Mutex(Cancellation())

    init(_ call: IncomingCall, host: Host) {
        id = call.id
        requestID = call.requestID
        headers = call.headers
        wholeBody = call.body
        deadline = call.deadline
        self.host = host
    }

    /// The time until the worker gives the call up; nil if it has no deadline.
    ///
    /// Its client is answered then, whatever the plugin does.
    public var timeLeft: Duration? {
        guard deadline < .max else { return nil }
        var now = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &now)
        let nanoseconds = UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
        return .nanoseconds(Int64(deadline - min(deadline, nanoseconds)))
    }

    /// The first of the request's headers of a name, in whichever case; see ``headers``.
    ///
    /// - Parameter name: The name, one of ``PluginClass/requestHeaders``.
    /// - Returns: Its value; nil if the request has none.
    public func header(_ name: String) -> String? {
        headers.first { $0.name == name.lowercased() }?.value
    }

    /// Reads the whole body as JSON.
    ///
    /// - Parameter type: What to read.
    /// - Returns: The value.
    /// - Throws: ``PluginError`` that names the place, for which the client gets 400.
    public func body<Value: Decodable>(as type: Value.Type) throws -> Value {
        try JSONText.decode(["body": wholeBody]) { parts in
            do {
                return try parts.superDecoder(forKey: NameKey("body")).value(type)
            } catch {
                throw DecodingFailure.describe(error)
            }
        }
    }

    /// Whether the call is to stop as soon as it can.
    ///
    /// Never waits, and costs some tens of nanoseconds: ask it in inner loops.
    public var isCancelled: Bool { host.isCancelled(id) }

    /// Ends the call where it is to stop.
    ///
    /// - Throws: `CancellationError` if the call is to stop.
    public func checkCancellation() throws {
        if isCancelled { throw CancellationError() }
    }

    /// Tells how far the call is, for who asks with `GET /progress`.
    ///
    /// Never waits.
    ///
    /// - Parameters:
    ///   - fraction: From 0 to 1, what lies outside being moved to the nearer end; nil or NaN
    ///     where the extent is unknown.
    ///   - message: What is being done, for people; cut after 1024 bytes of UTF-8.
    public func reportProgress(_ fraction: Double?, _ message: String = "") {
        let known = fraction.flatMap { $0.isNaN ? nil : min(max($0, 0), 1) }
        host.progress(id, known ?? -1, message)
    }

    /// Runs something when the call is asked to stop, at once if it has been asked already.
    ///
    /// For calls that wait where they cannot look at ``isCancelled``. Handlers run once, on a thread
    /// of the worker's, beside the call, and return at once; those of a call that ended never run.
    ///
    /// - Parameter handler: What to run.
    public func onCancel(_ handler: @escaping @Sendable () -> Void) {
        let isRequested = cancellation.withLock { state in
            if !state.isRequested { state.handlers.append(handler) }
            return state.isRequested
        }
        if isRequested { handler() }
    }

    /// Runs the handlers, once.
    func cancel() {
        cancellation.withLock { $0.isRequested = true }
        for handler in takeHandlers() { handler() }
    }

    private func takeHandlers() -> [@Sendable () -> Void] {
        cancellation.withLock { state in
            defer { state.handlers = [] }
            return state.handlers
        }
    }

    /// Ends the call with what came of it; the worker ignores all but the first end.
    func finish(_ outcome: Result<CallResult, any Error>) {
        // What the handlers hold may use this call as it goes, which the lock would forbid.
        withExtendedLifetime(takeHandlers()) {}
        switch outcome {
        case .success(.nothing): host.finish(id, Status.ok, nil)
        case .success(.json(let json)): host.finish(id, Status.ok, json)
        case .success(.response(let response)): host.answer(id, response)
        case .failure(let error):
            let failure = Failure(error)
            host.finish(id, failure.status, failure.text.bytes)
        }
    }
}
