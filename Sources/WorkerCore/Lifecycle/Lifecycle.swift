/// The life of the worker as a state machine: from loading to the exit code.
///
/// A pure value: the main thread feeds it events, one at a time, and carries out the actions. All
/// steps of the end share one budget; what a step does not need, the next one has.
package struct Lifecycle: Sendable {
    /// Where the worker stands.
    package enum Phase: Equatable, Sendable {
        /// The plugin is being loaded; no client is served, or none but those who ask how the worker is.
        case starting
        /// Calls are taken.
        case ready
        /// No new calls; what runs may finish.
        case draining
        /// What runs has been cancelled.
        case cancelling
        /// Nothing runs; the plugin lets go of what it has.
        case cleaning
        /// The plugin is gone; processes that it started are ended.
        case reaping
        /// The process is to exit.
        case gone
    }

    /// What happens to the worker.
    package enum Event: Equatable, Sendable {
        /// The plugin takes so long to load that clients are to be told.
        case loadIsSlow
        /// The plugin has been loaded.
        case loaded
        /// The plugin cannot be loaded, as the text says; its process has died of the signal, if there is one.
        case loadFailed(String, signal: Int32? = nil)
        /// The worker cannot start.
        case startFailed(ExitCode)
        /// Something asks for the end.
        case end(EndingCause)
        /// No call runs or waits any more.
        case idle
        /// The plugin's cleanup and destroy have returned.
        case cleaned
        /// The processes that the plugin started are gone, or cannot be ended.
        case reaped
        /// The time of the present step is up.
        case timeout
    }

    /// What the main thread has to do.
    package enum Action: Equatable, Sendable {
        /// Say that the plugin could not be loaded, and why.
        case tellLoadFailure(String)
        /// Answer those who ask how the worker is; what is asked of the plugin waits.
        case serveEarly
        /// Let clients in.
        case serve
        /// Take no more calls; what asks how the worker is gets its answer until the end.
        case refuseCalls
        /// Cancel what runs.
        case cancelCalls
        /// Answer the clients of calls that will not end, in the plugin's place.
        case abandonCalls
        /// Report `.idle` when no call runs; `.timeout` at this moment.
        case awaitIdle(until: Moment)
        /// Have the plugin clean up and destroyed, report `.cleaned`; `.timeout` at this moment.
        case cleanUp(until: Moment)
        /// Have the plugin clean up beside calls that do not end, if it can; report `.cleaned`, likewise.
        case cleanUpBesideCalls(until: Moment)
        /// End the processes that the plugin started, until this moment, and report `.reaped`.
        case endDescendants(until: Moment)
        /// End the process.
        case exit(ExitCode)
    }

    /// Where the worker stands now.
    package private(set) var phase = Phase.starting
    /// Why it ends, if it does; the cause that the exit code tells.
    package private(set) var cause: EndingCause?

    private let grace: TimeSpan
    private var endBegan = Moment.zero
    private var hadSignal = false
    private var servesEarly = false
    private var exitCode = ExitCode.clean

    /// Makes the life of a worker whose end may take `grace` in all.
    package init(grace: TimeSpan) { self.grace = grace }

    /// Takes in an event that happened at a moment.
    ///
    /// - Returns: what has to be done, in this order.
    package mutating func handle(_ event: Event, at now: Moment) -> [Action] {
        switch event {
        case .loadIsSlow: loadIsSlow()
        case .loaded: loaded()
        case .loadFailed(let reason, let signal): loadFailed(reason, signal, now)
        case .startFailed(let code): startFailed(code, now)
        case .end(let cause): end(cause, now)
        case .idle: idle()
        case .cleaned: cleaned()
        case .reaped: reaped()
        case .timeout: timeout()
        }
    }

    private mutating func loadIsSlow() -> [Action] {
        guard phase == .starting, !servesEarly else { return [] }
        servesEarly = true
        return [.serveEarly]
    }

    private mutating func loaded() -> [Action] {
        guard phase == .starting else { return [] }
        phase = .ready
        return [.serve]
    }

    private mutating func loadFailed(
        _ reason: String, _ signal: Int32?, _ now: Moment
    ) -> [Action] {
        // The end has ended the plugin's process, say.
        guard phase == .starting else { return [] }
        guard let signal else { return [.tellLoadFailure(reason)] + startFailed(.loadFailure, now) }
        return [.tellLoadFailure(reason)] + pluginDied(.pluginDied(reason, signal: signal), now)
    }

    private mutating func startFailed(_ code: ExitCode, _ now: Moment) -> [Action] {
        guard phase == .starting || phase == .ready else { return [] }
        exitCode = code
        endBegan = now
        return reap()
    }

    private mutating func end(_ cause: EndingCause, _ now: Moment) -> [Action] {
        if case .signal = cause {
            // A host that asks twice does not want to wait.
            if hadSignal, phase != .gone { return leave(.forced) }
            hadSignal = true
        }
        if case .pluginExited = cause { return pluginExited(cause, now) }
        if case .pluginDied = cause { return pluginDied(cause, now) }
        switch phase {
        case .starting:
            // No client is served, and the plugin may never return from its create.
            begin(cause, now)
            return reap()
        case .ready:
            begin(cause, now)
            guard cause.letsCallsFinish else { return [.refuseCalls] + cancel() }
            phase = .draining
            return [.refuseCalls, .awaitIdle(until: moment(Self.drainShare))]
        case .draining:
            guard !cause.letsCallsFinish else { return [] }
            self.cause = cause
            exitCode = cause.exitCode
            return cancel()
        case .cancelling, .cleaning, .reaping, .gone:
            return []
        }
    }

    /// There is no plugin any more: what its calls' clients see is the end of their connections.
    private mutating func pluginDied(_ cause: EndingCause, _ now: Moment) -> [Action] {
        switch phase {
        case .starting, .ready, .draining, .cancelling: break
        case .cleaning, .reaping, .gone: return []
        }
        begin(cause, now)
        return reap()
    }

    /// No more of the plugin's code is called, which has torn down what it registered with atexit.
    private mutating func pluginExited(_ cause: EndingCause, _ now: Moment) -> [Action] {
        switch phase {
        case .starting:
            self.cause = cause
            return [.tellLoadFailure(cause.description)] + startFailed(.loadFailure, now)
        case .ready:
            begin(cause, now)
            return [.refuseCalls, .abandonCalls] + reap()
        case .draining, .cancelling, .cleaning:
            self.cause = cause
            if exitCode == .clean { exitCode = cause.exitCode }
            return (phase == .cleaning ? [] : [.abandonCalls]) + reap()
        case .reaping, .gone:
            return []
        }
    }

    private mutating func idle() -> [Action] {
        guard phase == .draining || phase == .cancelling else { return [] }
        // What has no time at all is not begun, to be left behind.
        guard grace > .zero else { return reap() }
        phase = .cleaning
        return [.cleanUp(until: moment(Self.cleanupShare))]
    }

    private mutating func cleaned() -> [Action] {
        phase == .cleaning ? reap() : []
    }

    private mutating func reaped() -> [Action] {
        phase == .reaping ? leave(exitCode) : []
    }

    private mutating func timeout() -> [Action] {
        switch phase {
        case .draining:
            return cancel()
        case .cancelling:
            markForced()
            phase = .cleaning
            return [.cleanUpBesideCalls(until: moment(Self.cleanupShare)), .abandonCalls]
        case .cleaning:
            markForced()
            return reap()
        case .reaping:
            return leave(exitCode)
        case .starting, .ready, .gone:
            return []
        }
    }

    private mutating func begin(_ cause: EndingCause, _ now: Moment) {
        self.cause = cause
        exitCode = cause.exitCode
        endBegan = now
    }

    private mutating func cancel() -> [Action] {
        phase = .cancelling
        return [.cancelCalls, .awaitIdle(until: moment(Self.cancelShare))]
    }

    private mutating func reap() -> [Action] {
        phase = .reaping
        return [.endDescendants(until: moment(100))]
    }

    private mutating func leave(_ code: ExitCode) -> [Action] {
        phase = .gone
        return [.exit(code)]
    }

    /// Plugin code is left behind, which a clean exit would hide.
    private mutating func markForced() {
        if exitCode == .clean { exitCode = .forced }
    }

    /// The moment at which a share of the budget is used up.
    private func moment(_ percent: UInt64) -> Moment { endBegan + grace / 100 * percent }

    // Cumulated shares: 60 % drain, 15 % cancel, 15 % cleanup, 10 % descendants.
    private static let drainShare: UInt64 = 60
    private static let cancelShare: UInt64 = 75
    private static let cleanupShare: UInt64 = 90
}
