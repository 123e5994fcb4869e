import TestSupport
import Testing
import WorkerCore

/// Every event in every phase; what the table does not name does nothing.
@Suite struct LifecycleTests {
    /// The rule for one event in one phase.
    struct Rule: Sendable {
        let phase: Lifecycle.Phase
        let event: Lifecycle.Event
        let next: Lifecycle.Phase
        let actions: [Lifecycle.Action]
    }

    private static let term = LifecycleRun.term
    private static let gone = Lifecycle.Event.end(.parentGone)
    private static let fatal = Lifecycle.Event.end(.pluginFatal("it says so"))
    private static let failed = Lifecycle.Event.loadFailed("no model")
    private static let killed = Lifecycle.Event.loadFailed("killed", signal: 9)
    private static let wedged = Lifecycle.Event.end(.wedged("call 7"))

    private static func drain(_ began: Moment) -> [Lifecycle.Action] {
        [.refuseCalls, .awaitIdle(until: began + 60)]
    }
    private static func cancel(_ began: Moment) -> [Lifecycle.Action] {
        [.cancelCalls, .awaitIdle(until: began + 75)]
    }
    private static func reap(_ began: Moment) -> [Lifecycle.Action] {
        [.endDescendants(until: began + 100)]
    }
    /// When the end began, in a life that was led to a later phase.
    private static let began = LifecycleRun.began
    /// When the event comes, in a life that was led nowhere.
    private static let now = LifecycleRun.now

    private static let rules: [Rule] = [
        Rule(phase: .starting, event: .loaded, next: .ready, actions: [.serve]),
        Rule(
            phase: .starting, event: .startFailed(.loadFailure), next: .reaping,
            actions: reap(now)),
        Rule(phase: .starting, event: .loadIsSlow, next: .starting, actions: [.serveEarly]),
        Rule(
            phase: .starting, event: failed, next: .reaping,
            actions: [.tellLoadFailure("no model")] + reap(now)),
        Rule(
            phase: .starting, event: killed, next: .reaping,
            actions: [.tellLoadFailure("killed")] + reap(now)),
        Rule(phase: .starting, event: term, next: .reaping, actions: reap(now)),
        Rule(phase: .starting, event: gone, next: .reaping, actions: reap(now)),
        Rule(phase: .starting, event: fatal, next: .reaping, actions: reap(now)),
        Rule(phase: .starting, event: wedged, next: .reaping, actions: reap(now)),

        Rule(
            phase: .ready, event: .startFailed(.loadFailure), next: .reaping, actions: reap(now)),
        Rule(phase: .ready, event: term, next: .draining, actions: drain(now)),
        Rule(phase: .ready, event: wedged, next: .draining, actions: drain(now)),
        Rule(
            phase: .ready, event: gone, next: .cancelling, actions: [.refuseCalls] + cancel(now)),
        Rule(
            phase: .ready, event: fatal, next: .cancelling,
            actions: [.refuseCalls] + cancel(now)),

        Rule(phase: .draining, event: term, next: .gone, actions: [.exit(.forced)]),
        Rule(phase: .draining, event: gone, next: .cancelling, actions: cancel(began)),
        Rule(phase: .draining, event: fatal, next: .cancelling, actions: cancel(began)),
        Rule(phase: .draining, event: .timeout, next: .cancelling, actions: cancel(began)),
        Rule(
            phase: .draining, event: .idle, next: .cleaning, actions: [.cleanUp(until: began + 90)]),

        Rule(phase: .cancelling, event: term, next: .gone, actions: [.exit(.forced)]),
        Rule(
            phase: .cancelling, event: .idle, next: .cleaning,
            actions: [.cleanUp(until: began + 90)]),
        Rule(
            phase: .cancelling, event: .timeout, next: .cleaning,
            actions: [.cleanUpBesideCalls(until: began + 90), .abandonCalls]),

        Rule(phase: .cleaning, event: term, next: .gone, actions: [.exit(.forced)]),
        Rule(phase: .cleaning, event: .cleaned, next: .reaping, actions: reap(began)),
        Rule(phase: .cleaning, event: .timeout, next: .reaping, actions: reap(began)),

        Rule(phase: .reaping, event: term, next: .gone, actions: [.exit(.forced)]),
        Rule(phase: .reaping, event: .reaped, next: .gone, actions: [.exit(.clean)]),
        Rule(phase: .reaping, event: .timeout, next: .gone, actions: [.exit(.clean)]),
    ]

    private static let events: [Lifecycle.Event] = [
        .loadIsSlow, .loaded, failed, killed, .startFailed(.loadFailure), term, gone, fatal, wedged,
        .idle, .cleaned, .reaped,
        .timeout,
    ]

    @Test(arguments: events)
    func `Every state takes each event as the table says, and does nothing else`(
        event: Lifecycle.Event
    ) {
        for phase in LifecycleRun.phases {
            var life = LifecycleRun.life(in: phase)
            #expect(life.phase == phase)
            let rule = Self.rules.first { $0.phase == phase && $0.event == event }
            let actions = life.handle(event, at: Self.now)
            #expect(actions == rule?.actions ?? [], "\(event) while \(phase)")
            #expect(life.phase == rule?.next ?? phase, "\(event) while \(phase)")
        }
    }

    @Test func `The table has no contradictions`() {
        for (index, rule) in Self.rules.enumerated() {
            #expect(Self.events.contains(rule.event))
            #expect(
                Self.rules[..<index].allSatisfy {
                    $0.phase != rule.phase || $0.event != rule.event
                })
        }
    }

    @Test(arguments: [
        Lifecycle.Phase.cancelling, .cleaning, .reaping,
    ])
    func `The first signal during an end is one more reason, and the second is an order`(
        phase: Lifecycle.Phase
    ) {
        var life = LifecycleRun.life(in: phase, by: Self.gone)
        #expect(life.handle(Self.term, at: Self.now).isEmpty)
        #expect(life.phase == phase)
        #expect(life.handle(Self.term, at: Self.now) == [.exit(.forced)])
    }

    @Test func `Two different signals are two signals`() {
        var life = LifecycleRun.life(in: .draining)
        #expect(life.handle(.end(.signal("SIGINT")), at: Self.now) == [.exit(.forced)])
    }

    @Test func `Nothing is heard after the exit`() {
        for event in Self.events {
            var life = LifecycleRun.life(in: .gone)
            for _ in 0..<3 { #expect(life.handle(event, at: Self.now).isEmpty) }
            #expect(life.phase == .gone)
        }
    }

    @Test func `The first reason stays, unless a stronger one cuts the drain short`() {
        var life = LifecycleRun.life(in: .draining)
        #expect(life.cause == .signal("SIGTERM"))
        _ = life.handle(Self.wedged, at: Self.now)
        #expect(life.cause == .signal("SIGTERM"))
        _ = life.handle(Self.gone, at: Self.now)
        #expect(life.cause == .parentGone)
        _ = life.handle(Self.fatal, at: Self.now)
        #expect(life.cause == .parentGone)
    }
}
