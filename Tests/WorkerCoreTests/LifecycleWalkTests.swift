import TestSupport
import Testing
import WorkerCore

/// Random events in random order: what must hold whatever happens.
@Suite struct LifecycleWalkTests {
    private static let grace = TimeSpan.milliseconds(1_200)

    private static let events: [Lifecycle.Event] = [
        .loadIsSlow, .loadIsSlow, .loaded, .loaded, .loadFailed(""), .startFailed(.bindFailure),
        .end(.signal("SIGTERM")),
        .end(.signal("SIGINT")),
        .end(.parentGone), .end(.pluginFatal("")), .end(.wedged("")),
        .end(.pluginExited("")), .idle, .cleaned, .reaped,
        .timeout,
    ]

    /// What a life has done so far, and whether it was allowed to.
    private struct Record {
        var done: [Lifecycle.Action] = []
        var endBegan: Moment?
        var latest = Moment.zero

        /// How far an action is into the end: nothing goes back.
        static func rank(_ action: Lifecycle.Action) -> Int {
            switch action {
            case .serveEarly: -1
            case .tellLoadFailure, .serve: 0
            case .refuseCalls: 1
            case .awaitIdle: 2
            case .cancelCalls: 2
            case .cleanUpBesideCalls: 3
            case .cleanUp: 4
            case .abandonCalls: 4
            case .endDescendants: 5
            case .exit: 6
            }
        }

        func has(_ matches: (Lifecycle.Action) -> Bool) -> Bool { done.contains(where: matches) }

        mutating func take(_ action: Lifecycle.Action) {
            let rank = Self.rank(action)
            #expect(done.allSatisfy { Self.rank($0) <= rank }, "\(action) after \(done)")
            #expect(!has { Self.rank($0) == 6 }, "\(action) after the exit")
            switch action {
            case .awaitIdle:
                #expect(has { $0 == .refuseCalls })
                #expect(done.count { $0.isWait } < 2)
            case .cancelCalls:
                #expect(has { $0 == .refuseCalls })
                #expect(!has { $0 == .cancelCalls })
            case .abandonCalls:
                #expect(has { $0 == .refuseCalls })
                #expect(!has { $0 == .abandonCalls })
                #expect(!has { Self.rank($0) == 4 }, "calls are abandoned that have ended")
            case .cleanUp, .cleanUpBesideCalls: #expect(has { $0.isWait })
            case .refuseCalls: #expect(has { $0 == .serve })
            case .serveEarly, .tellLoadFailure, .serve, .endDescendants, .exit: break
            }
            if !action.isWait, action != .cancelCalls {
                #expect(!has { Self.rank($0) == rank }, "\(action) twice: \(done)")
            }
            if let moment = action.moment {
                #expect(moment <= (endBegan ?? 0) + LifecycleWalkTests.grace)
                #expect(moment >= latest, "\(action) ends before the step before it")
                latest = moment
            }
            done.append(action)
        }
    }

    @Test func `A random life keeps the order of actions and its grace, and exits once, at last`()
        throws
    {
        for seed in 0..<5_000 {
            var numbers = SeededGenerator(seed: UInt64(seed))
            var life = Lifecycle(grace: Self.grace)
            var record = Record()
            var now = Moment.zero
            for _ in 0..<24 {
                now = now + .nanoseconds(.random(in: 0...100_000_000, using: &numbers))
                let event = try #require(Self.events.randomElement(using: &numbers))
                let before = life.phase
                let actions = life.handle(event, at: now)
                if before == .gone { #expect(actions.isEmpty && life.phase == .gone) }
                if record.endBegan == nil, life.phase != .starting, life.phase != .ready {
                    record.endBegan = now
                }
                for action in actions { record.take(action) }
                #expect(isInOrder(before, life.phase), "\(before) to \(life.phase)")
                #expect((life.phase == .gone) == record.has { $0.isExit })
            }
        }
    }

    @Test func `Four time-outs at most end a life whose end has begun`() throws {
        for seed in 0..<2_000 {
            var numbers = SeededGenerator(seed: UInt64(seed))
            var life = Lifecycle(grace: Self.grace)
            var actions: [Lifecycle.Action] = []
            for _ in 0..<Int.random(in: 0..<12, using: &numbers) {
                let event = try #require(Self.events.randomElement(using: &numbers))
                actions += life.handle(event, at: 1)
            }
            if life.phase == .starting || life.phase == .ready {
                actions += life.handle(.end(.parentGone), at: 2)
            }
            for _ in 0..<4 { actions += life.handle(.timeout, at: 3) }
            #expect(life.phase == .gone)
            #expect(actions.last?.isExit == true)
            #expect(actions.count { $0.isExit } == 1)
        }
    }

    private func isInOrder(_ before: Lifecycle.Phase, _ after: Lifecycle.Phase) -> Bool {
        let phases = LifecycleRun.phases
        guard let first = phases.firstIndex(of: before), let second = phases.firstIndex(of: after)
        else { return false }
        return first <= second
    }
}

extension Lifecycle.Action {
    fileprivate var isWait: Bool { if case .awaitIdle = self { true } else { false } }
    fileprivate var isExit: Bool { if case .exit = self { true } else { false } }
}
