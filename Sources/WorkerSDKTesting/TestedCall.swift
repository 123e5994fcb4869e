internal import CWorkerPlugin
internal import Foundation
internal import Synchronization
public import WorkerSDK

/// An answer of the plugin's own, as it came.
struct OwnAnswer: Sendable {
    var status: Int
    var headers: [(name: String, value: String)]
    var contentType: String
    var body: [UInt8]

    var isJSON: Bool { contentType.isEmpty || contentType.hasPrefix("application/json") }
}

/// How far a call said that it is.
public struct ReportedProgress: Equatable, Sendable {
    /// From 0 to 1; nil: the extent is unknown.
    public let fraction: Double?
    /// For people.
    public let message: String
}

/// A call of a plugin under test, which runs or has ended; any thread.
///
/// As a sequence it is the values of a stream. The plugin is one value ahead of its reader and then waits, as for a
/// client that reads slowly; ``value(as:)`` and ``response()`` read all the rest.
public final class TestedCall: Sendable, AsyncSequence {
    struct State {
        var values: [JSONText] = []
        var isDrained = false
        var progress: [ReportedProgress] = []
        var isCancelled = false
        var isLate = false
        /// How many threads tell the plugin that the call is cancelled, for which its instance has to be there.
        var tellers = 0
        var refusals = 0
        var end: End?
        /// Whether the plugin's function has returned, which may be before or after the end.
        var hasReturned = false
        var writers: [DispatchSemaphore] = []
        /// By their numbers.
        var waiters: [Int: Waiter] = [:]
        var waiterCount = 0
    }

    typealias Waiter = (
        isMet: @Sendable (State) -> Bool, continuation: CheckedContinuation<Bool, Never>
    )

    /// How the plugin ended it.
    enum End: Sendable {
        case result(JSONText?)
        case own(OwnAnswer)
        case failure(PluginError)
        /// A fault, which is told by the plugin.
        case fault
    }

    let number: UInt64
    /// The function of the plugin's that it runs.
    let function: String
    let plugin: TestedPlugin
    private let isStream: Bool
    private let takesAnswer: Bool
    private let state = Mutex(State())
    private let texts = Mutex<CallTexts?>(nil)

    init(_ number: UInt64, _ function: String, _ plugin: TestedPlugin) {
        self.number = number
        self.function = function
        self.plugin = plugin
        isStream = function == "execute_stream"
        takesAnswer = !isStream && function != "prefetch"
    }

    /// What it has reported so far.
    public var progress: [ReportedProgress] { state.withLock { $0.progress } }

    /// Whether it has been asked to stop: by ``cancel()``, or by its deadline.
    public var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// Cancels the call, as POST /cancel does; returns when the plugin has been told, perhaps before the call ends.
    ///
    /// - Throws: ``PluginFault`` if the plugin's calls cannot be cancelled.
    public func cancel() async throws {
        guard plugin.supportsCancellation else {
            throw PluginFault(
                "\(plugin.name): \(function) cannot be cancelled: supportsCancellation is false")
        }
        change {
            $0.isCancelled = true
            $0.tellers += 1
        }
        await tellCancellation()
        try plugin.shown.check()
    }

    /// Waits until the call has reported its progress so many times.
    ///
    /// - Parameter count: How many times.
    /// - Throws: ``PluginFault`` if it ended before, or if that takes longer than the plugin's `patience`.
    public func reportProgress(times count: Int) async throws {
        try await wait("\(count) reports of progress have not come") {
            $0.progress.count >= count || $0.end != nil
        }
        guard progress.count >= count else {
            throw PluginFault(
                "\(plugin.name): \(function) ended with \(progress.count) reports of progress")
        }
    }

    /// Waits for the end of the call, and reads its result.
    ///
    /// - Parameter type: What to read it as.
    /// - Returns: The result; of an answer of the plugin's own its body.
    /// - Throws: ``PluginError``, as the client gets it, and ``PluginFault``.
    public func value<Value: Decodable>(as type: Value.Type = JSONValue.self) async throws -> Value
    {
        switch try await end() {
        case .result(let json?): return try json.value(as: type)
        case .own(let own): return try JSONDecoder().decode(type, from: Data(own.body))
        default: return try JSONDecoder().decode(type, from: Data("null".utf8))
        }
    }

    /// Waits for the end of the call, and answers what its client gets.
    ///
    /// - Returns: The plugin's own answer; of any other result one with the status 200.
    /// - Throws: ``PluginError``, as the client gets it, and ``PluginFault``.
    public func response() async throws -> Response {
        switch try await end() {
        case .own(let own):
            var response = Response(
                bytes: own.body, as: own.contentType.isEmpty ? nil : own.contentType,
                status: own.status)
            response.headers = own.headers
            return response
        case .result(let json): return Response(bytes: [UInt8]((json?.text ?? "").utf8), as: nil)
        default: return Response(bytes: [], as: nil)
        }
    }

    /// Waits for the end of the call, its values unread.
    func end() async throws -> End {
        change { $0.isDrained = true }
        try await waitUntilOver()
        try plugin.shown.check()
        guard let end = state.withLock({ $0.end }) else { preconditionFailure("It has ended") }
        if case .failure(let error) = end { throw error }
        return end
    }

    func waitUntilOver() async throws {
        try await wait("it has not ended") {
            $0.end != nil && $0.hasReturned && $0.tellers == 0
        }
    }

    // MARK: - The values of a stream

    /// Reads the values of a stream.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let call: TestedCall

        /// Waits for the next value.
        ///
        /// - Returns: The value; nil once the stream has ended well.
        /// - Throws: ``PluginError``, as the client gets it at the end, and ``PluginFault``.
        public func next() async throws -> JSONValue? {
            try await call.wait("neither a value nor its end has come") {
                !$0.values.isEmpty || $0.end != nil
            }
            let value = call.change { $0.values.isEmpty ? nil : $0.values.removeFirst() }
            if let value { return try value.value(as: JSONValue.self) }
            _ = try await call.end()
            return nil
        }
    }

    /// Begins to read.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(call: self) }

    // MARK: - What the plugin calls

    /// Keeps what the plugin may use until the end.
    func keep(_ texts: CallTexts) { self.texts.withLock { $0 = texts } }

    var mustStop: Bool { state.withLock { $0.isCancelled || $0.end != nil } }
    var hasEnded: Bool { state.withLock { $0.end != nil } }

    func emit(_ text: String?) -> uw_status {
        guard isStream else {
            return wrong("emit: the call is none of execute_stream", UW_WRONG_CALL)
        }
        guard let json = JSONText(text) else {
            return wrong("emit: not JSON: \(text ?? "no text, or no UTF-8")", UW_INVALID_DATA)
        }
        while true {
            let (answer, gate) = change { state -> (Int?, DispatchSemaphore?) in
                if state.end != nil { return (UW_STALE, nil) }
                if state.isCancelled || state.isLate {
                    state.refusals += 1
                    return (state.isLate ? UW_INVALID_DATA : UW_CANCELLED, nil)
                }
                if state.isDrained || state.values.isEmpty {
                    state.values.append(json)
                    return (UW_OK, nil)
                }
                let gate = DispatchSemaphore(value: 0)
                state.writers.append(gate)
                return (nil, gate)
            }
            gate?.wait()
            if answer == UW_STALE { return late("emit") }
            if answer == UW_CANCELLED, state.withLock({ $0.refusals }) == 1000 {
                return wrong(
                    "emit: goes on after a thousand answers that no more is wanted", UW_CANCELLED)
            }
            if let answer { return uw_status(answer) }
        }
    }

    func report(_ fraction: Double, _ message: String) -> uw_status {
        guard 0...1 ~= fraction || fraction == -1 else {
            return wrong("progress: \(fraction) is neither from 0 to 1, nor -1", UW_INVALID_DATA)
        }
        let report = ReportedProgress(fraction: fraction < 0 ? nil : fraction, message: message)
        // One that comes late does no harm, and says nothing of the call.
        return change { state in
            guard state.end == nil else { return uw_status(UW_STALE) }
            state.progress.append(report)
            return uw_status(UW_OK)
        }
    }

    func finish(_ status: uw_status, _ text: String?) -> uw_status {
        guard Int(status) == UW_OK else {
            guard let kind = PluginError.Kind(status) else {
                return broken("finish: \(status) is no status to end a call with")
            }
            return end(.failure(PluginError(kind, text ?? ""))) ? uw_status(UW_OK) : late("finish")
        }
        let needsNone = isStream || function == "prefetch"
        let json = JSONText(text)
        if json == nil && !(needsNone && (text ?? "").isEmpty) && function != "prefetch" {
            return broken("finish: not JSON: \(text ?? "no text, or no UTF-8")")
        }
        if isStream, let json { change { if $0.end == nil { $0.values.append(json) } } }
        return end(.result(json)) ? uw_status(UW_OK) : late("finish")
    }

    func answer(_ own: OwnAnswer) -> uw_status {
        guard takesAnswer else {
            return wrong("answer: the call is one of execute_stream or prefetch", UW_WRONG_CALL)
        }
        let text = String(decoding: own.body, as: UTF8.self)
        guard 200...599 ~= own.status, !own.isJSON || own.body.isEmpty || JSONText(text) != nil
        else {
            return broken("answer: status \(own.status), or a body that is no JSON")
        }
        return end(.own(own)) ? uw_status(UW_OK) : late("answer")
    }

    /// What the plugin's function has returned.
    func returned(_ status: uw_status) {
        if Int(status) != UW_PENDING, !hasEnded {
            if let kind = PluginError.Kind(status) {
                end(.failure(PluginError(kind, "")))
            } else {
                _ = broken(
                    Int(status) == UW_OK
                        ? "returned without finish" : "returned the status \(status)")
            }
        }
        change { $0.hasReturned = true }
    }

    /// The deadline has come.
    func passDeadline() async {
        let isCancelled = change { state in
            guard state.end == nil else { return false }
            state.isLate = true
            state.isCancelled = plugin.supportsCancellation
            if state.isCancelled { state.tellers += 1 }
            return state.isCancelled
        }
        if isCancelled { await tellCancellation() }
    }

    private func tellCancellation() async {
        await plugin.tellCancellation(of: self)
        change { $0.tellers -= 1 }
    }

    @discardableResult
    private func end(_ end: End) -> Bool {
        change { state in
            guard state.end == nil else { return false }
            state.end = end
            return true
        }
    }

    private func wrong(_ text: String, _ status: Int) -> uw_status {
        plugin.shown.fault("\(function): \(text)")
        return uw_status(status)
    }

    /// Ends the call with a fault, which is told before what waits for the end goes on.
    private func broken(_ text: String) -> uw_status {
        let status = wrong(text, UW_INVALID_DATA)
        end(.fault)
        return status
    }

    private func late(_ name: String) -> uw_status {
        wrong("\(name): late or twice: the call has ended", UW_STALE)
    }

    // MARK: - Waiting

    private func change<Result>(_ body: (inout State) -> Result) -> Result {
        var woken: [Int: Waiter] = [:]
        var writers: [DispatchSemaphore] = []
        let result = state.withLock { state in
            let before = state.writers.count
            let result = body(&state)
            // Whatever has changed, writers look again; but for one that has just come.
            if state.writers.count == before {
                writers = state.writers
                state.writers = []
            }
            let now = state
            woken = now.waiters.filter { $0.value.isMet(now) }
            for number in woken.keys { state.waiters[number] = nil }
            return result
        }
        for writer in writers { writer.signal() }
        for waiter in woken.values { waiter.continuation.resume(returning: true) }
        return result
    }

    private func wait(_ problem: String, until isMet: @escaping @Sendable (State) -> Bool)
        async throws
    {
        let isDone = await withCheckedContinuation {
            (continuation: CheckedContinuation<Bool, Never>) in
            let number = state.withLock { state -> Int? in
                if isMet(state) { return nil }
                state.waiterCount += 1
                state.waiters[state.waiterCount] = (isMet, continuation)
                return state.waiterCount
            }
            guard let number else { return continuation.resume(returning: true) }
            DispatchQueue.global().asyncAfter(deadline: .now() + plugin.patience) { [weak self] in
                let waiter = self?.state.withLock { $0.waiters.removeValue(forKey: number) }
                waiter?.continuation.resume(returning: false)
            }
        }
        guard isDone else {
            throw PluginFault(
                "\(plugin.name): \(function): \(problem) for \(plugin.patience) seconds")
        }
    }
}

extension PluginError.Kind {
    /// The kind of a status; nil for one that no failure has.
    init?(_ status: uw_status) {
        switch Int(status) {
        case UW_ERROR: self = .failed
        case UW_INVALID_ARGUMENT: self = .invalidArgument
        case UW_CANCELLED: self = .cancelled
        case UW_UNAVAILABLE: self = .unavailable
        case UW_DEADLINE: self = .deadline
        case UW_UNSUPPORTED: self = .unsupported
        case UW_FATAL: self = .fatal
        default: return nil
        }
    }
}
