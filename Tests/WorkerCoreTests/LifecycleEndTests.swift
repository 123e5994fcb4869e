import TestSupport
import Testing
import WorkerCore

/// How long an end takes, and with which code.
@Suite struct LifecycleEndTests {
    private static let second = TimeSpan.seconds(1)

    /// All moments that a life names while its time runs out in each step.
    private func moments(grace: TimeSpan, began: Moment, _ reason: EndingCause) -> [Moment] {
        var life = Lifecycle(grace: grace)
        _ = life.handle(.loaded, at: 0)
        var actions = life.handle(.end(reason), at: began)
        var moments: [Moment] = []
        var event = Lifecycle.Event.timeout
        while let moment = actions.compactMap(\.moment).first {
            moments.append(moment)
            // Calls end in the last moment, so that there is a cleanup, which does not.
            event = life.phase == .cancelling ? .idle : .timeout
            actions = life.handle(event, at: moment)
        }
        return moments
    }

    @Test func `The drain ends at 60 % of the grace, cancelling at 75 %, and cleaning up at 90 %`()
    {
        #expect(
            moments(grace: 1_200_000_000, began: .zero + Self.second * 5, .signal("SIGTERM"))
                == [5_720_000_000, 5_900_000_000, 6_080_000_000, 6_200_000_000])
        #expect(moments(grace: 100, began: 7, .signal("SIGTERM")) == [67, 82, 97, 107])
    }

    @Test func `Calls that need not be waited for leave the whole grace to the other steps`() {
        #expect(
            moments(grace: 1_200_000_000, began: 0, .parentGone)
                == [900_000_000, 1_080_000_000, 1_200_000_000])
    }

    @Test(arguments: [0, 1, 99, 101, 1_234_567_891, second * 3_600])
    func `The end never takes longer than the grace, however short or long that is`(grace: TimeSpan)
    {
        for moment in moments(grace: grace, began: 10, .signal("SIGTERM")) {
            #expect(moment <= Moment(nanoseconds: 10) + grace)
        }
    }

    @Test func `Without any grace nothing is begun that would be left behind`() {
        var life = Lifecycle(grace: 0)
        _ = life.handle(.loaded, at: 0)
        _ = life.handle(LifecycleRun.term, at: 5)
        #expect(life.handle(.idle, at: 5) == [.endDescendants(until: 5)])
        #expect(life.handle(.reaped, at: 5) == [.exit(.clean)])
    }

    @Test func `A second reason buys no time`() {
        var life = LifecycleRun.life(in: .draining)
        let actions = life.handle(.end(.parentGone), at: LifecycleRun.began + 59)
        #expect(actions == [.cancelCalls, .awaitIdle(until: LifecycleRun.began + 75)])
    }

    @Test func `A step that needs less time leaves the rest to the next one, which ends no later`()
    {
        var life = LifecycleRun.life(in: .draining)
        #expect(
            life.handle(.idle, at: LifecycleRun.began + 1)
                == [.cleanUp(until: LifecycleRun.began + 90)])
    }

    /// A reason, and the codes of a life that ends in good order and of one that leaves code behind.
    private static let codes: [(Lifecycle.Event, ExitCode, ExitCode)] = [
        (LifecycleRun.term, .clean, .forced),
        (.end(.parentGone), .parentGone, .parentGone),
        (.end(.pluginFatal("")), .pluginFatal, .pluginFatal),
        (.end(.wedged("")), .wedged, .wedged),
    ]

    @Test(arguments: codes)
    func `The exit code tells the reason`(reason: Lifecycle.Event, expected: ExitCode, _: ExitCode)
    {
        var life = LifecycleRun.life(in: .reaping, by: reason)
        #expect(life.handle(.reaped, at: LifecycleRun.now) == [.exit(expected)])
        life = LifecycleRun.life(in: .reaping, by: reason)
        #expect(life.handle(.timeout, at: LifecycleRun.now) == [.exit(expected)])
    }

    @Test(arguments: codes)
    func `The exit code tells of a call or a cleanup that was left behind`(
        reason: Lifecycle.Event, _: ExitCode, expected: ExitCode
    ) {
        for phase in [Lifecycle.Phase.cancelling, .cleaning] {
            var life = LifecycleRun.life(in: phase, by: reason)
            _ = life.handle(.timeout, at: LifecycleRun.now)
            if phase == .cancelling { _ = life.handle(.cleaned, at: LifecycleRun.now) }
            #expect(life.handle(.reaped, at: LifecycleRun.now) == [.exit(expected)])
        }
    }

    @Test func `The end of the parent or the plugin has its code, also after a signal`() {
        for (cause, expected) in [
            (EndingCause.parentGone, ExitCode.parentGone),
            (.pluginFatal(""), .pluginFatal),
        ] {
            var life = LifecycleRun.life(in: .draining)
            for event in [.end(cause), Lifecycle.Event.idle, .cleaned] {
                _ = life.handle(event, at: LifecycleRun.now)
            }
            #expect(life.handle(.reaped, at: LifecycleRun.now) == [.exit(expected)])
        }
    }

    @Test(arguments: codes)
    func `An end before the plugin is loaded has the code of its reason, too`(
        reason: Lifecycle.Event, expected: ExitCode, _: ExitCode
    ) {
        var life = Lifecycle(grace: LifecycleRun.grace)
        _ = life.handle(reason, at: LifecycleRun.now)
        #expect(life.handle(.reaped, at: LifecycleRun.now) == [.exit(expected)])
    }

    @Test(arguments: [ExitCode.loadFailure, .bindFailure, .noResources])
    func `A start that fails has the code of what made it fail`(code: ExitCode) {
        for events in [[], [Lifecycle.Event.loaded]] {
            var life = Lifecycle(grace: LifecycleRun.grace)
            for event in events { _ = life.handle(event, at: 0) }
            _ = life.handle(.startFailed(code), at: LifecycleRun.now)
            #expect(life.handle(.reaped, at: LifecycleRun.now) == [.exit(code)])
        }
    }

    @Test func `Hosts know the exit codes by number`() {
        #expect(ExitCode.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    }
}

extension Lifecycle.Action {
    /// The moment that it names, if any.
    var moment: Moment? {
        switch self {
        case .awaitIdle(let moment), .cleanUp(let moment), .cleanUpBesideCalls(let moment),
            .endDescendants(let moment):
            moment
        case .serveEarly, .tellLoadFailure, .serve, .refuseCalls, .cancelCalls, .abandonCalls,
            .exit:
            nil
        }
    }
}
