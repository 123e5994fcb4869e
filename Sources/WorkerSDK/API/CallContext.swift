internal import CWorkerPlugin
internal import FoundationEssentials
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

    let id: uw_call_id
    let host: Host
    private let cancellation = Mutex(Cancellation())

    init(id: uw_call_id, requestID: String, host: Host) {
        self.id = id
        self.requestID = requestID
        self.host = host
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
        let handlers = cancellation.withLock { state in
            state.isRequested = true
            defer { state.handlers = [] }
            return state.handlers
        }
        for handler in handlers { handler() }
    }

    /// Ends the call with what came of it; the worker ignores all but the first end.
    func finish(_ outcome: Result<Data?, any Error>) {
        // What the handlers hold may use this call as it goes, which the lock would forbid.
        let forgotten = cancellation.withLock { state in
            defer { state.handlers = [] }
            return state.handlers
        }
        withExtendedLifetime(forgotten) {}
        switch outcome {
        case .success(let json): host.finish(id, Status.ok, json)
        case .failure(let error):
            let failure = Failure(error)
            host.finish(id, failure.status, failure.text.bytes)
        }
    }
}
