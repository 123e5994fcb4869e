internal import Synchronization
package import WorkerCore
package import WorkerJSON
package import WorkerThreads

/// One request for the plugin, from its arrival to its outcome.
///
/// Immutable but for the timer of its deadline: where it stands is known to the scheduler while it
/// waits, and to its slot while it runs.
package final class Call: Sendable {
    /// What is asked.
    package let kind: CallKind
    /// Names the call in logs and answers.
    package let requestID: String
    /// Where its request belongs in a trace, if that says so.
    package let trace: TraceParent?
    /// Who waits for it.
    package let client: any CallClient
    /// When it came.
    package let arrival: Moment
    /// When it is given up.
    package let deadline: Moment?
    /// The request's body: the text that the ranges lie in.
    package let body: ByteBuffer
    /// Where the configuration of an initialize or the `args` of a call lie, if given.
    package let args: Range<Int>?
    /// Where `kwargs` lie, if given.
    package let kwargs: Range<Int>?
    /// Those of the request's headers that the plugin wants to see.
    package let headers: [HeaderField]
    /// What the body takes of the budget, until the plugin has finished the call.
    private let held: Holding
    /// The timer of the deadline; 0 if none has been set, and `noMoreTimers` in the end.
    private let timer = Atomic<UInt64>(0)

    private static let noMoreTimers = UInt64.max

    /// Makes a call.
    ///
    /// - Parameters:
    ///   - kind: what is asked.
    ///   - body: validated JSON text.
    ///   - args: in it, the `args`, or the configuration.
    ///   - kwargs: in it, the `kwargs`.
    ///   - headers: those that the plugin wants to see, in their order; names in lower case.
    ///   - requestID: names the call.
    ///   - trace: where its request belongs.
    ///   - arrival: when it came.
    ///   - deadline: when it is given up, likewise; nil for never.
    ///   - client: who waits for it.
    ///   - held: what the body takes of the budget.
    package init(
        _ kind: CallKind, body: consuming ByteBuffer, args: Range<Int>?, kwargs: Range<Int>?,
        headers: [HeaderField] = [], requestID: String, trace: TraceParent? = nil,
        arrival: Moment, deadline: Moment?, client: any CallClient,
        held: consuming Holding = Holding(of: .unlimited)
    ) {
        self.kind = kind
        self.body = body
        self.args = args
        self.kwargs = kwargs
        self.headers = headers
        self.requestID = requestID
        self.trace = trace
        self.arrival = arrival
        self.deadline = deadline
        self.client = client
        self.held = held
    }

    /// The plugin has finished the call, or never gets it: what the body takes is given back.
    ///
    /// Before the client has its answer, as it may count on that room. The text itself lives until
    /// execute has returned: so one body for each executor may be uncounted.
    package func bodyIsDone() { held.giveBack() }

    /// Notes the timer of the deadline; false if the call is over already.
    package func keep(_ timer: TimerID) -> Bool {
        self.timer.compareExchange(
            expected: 0, desired: timer.rawValue, ordering: .relaxed
        ).exchanged
    }

    /// Notes that the call is over, and gives back its timer, if there is one.
    package func takeTimer() -> TimerID? {
        let last = timer.exchange(Self.noMoreTimers, ordering: .relaxed)
        return last == 0 || last == Self.noMoreTimers ? nil : TimerID(rawValue: last)
    }

    /// Ends a call that has not started.
    package func end(with failure: CallFailure) {
        client.callDidFinish(
            kind == .stream ? .streamEnd(ByteBuffer(), failure) : .failure(failure))
    }
}
