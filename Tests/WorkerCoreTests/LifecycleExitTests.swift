import TestSupport
import Testing
import WorkerCore

/// What a worker's life makes of a plugin that calls exit.
@Suite struct LifecycleExitTests {
    private static let exited = Lifecycle.Event.end(.pluginExited("exit(7) in execute, call 42"))
    private static let reaps = Lifecycle.Action.endDescendants(until: LifecycleRun.now + 100)

    @Test func `An exit while it serves has its calls answered, and none of its code called`() {
        var life = LifecycleRun.life(in: .ready)
        #expect(
            life.handle(Self.exited, at: LifecycleRun.now)
                == [.refuseCalls, .abandonCalls, Self.reaps])
        #expect(life.handle(.idle, at: LifecycleRun.now).isEmpty)
        #expect(life.handle(.reaped, at: LifecycleRun.now) == [.exit(.pluginExited)])
    }

    @Test(arguments: [
        (Lifecycle.Phase.draining, true), (.cancelling, true), (.cleaning, false),
    ])
    func `An exit during the end cuts it short, and the code tells so`(
        phase: Lifecycle.Phase, hasCalls: Bool
    ) {
        var life = LifecycleRun.life(in: phase)
        let reaps = Lifecycle.Action.endDescendants(until: LifecycleRun.began + 100)
        #expect(
            life.handle(Self.exited, at: LifecycleRun.now)
                == (hasCalls ? [.abandonCalls, reaps] : [reaps]))
        #expect(life.handle(.reaped, at: LifecycleRun.now) == [.exit(.pluginExited)])
    }

    @Test func `An exit after the parent's end leaves the code as it is`() {
        var life = LifecycleRun.life(in: .cancelling, by: .end(.parentGone))
        _ = life.handle(Self.exited, at: LifecycleRun.now)
        #expect(life.handle(.reaped, at: LifecycleRun.now) == [.exit(.parentGone)])
    }

    @Test(arguments: [Lifecycle.Phase.reaping, .gone])
    func `An exit at the very end changes nothing`(phase: Lifecycle.Phase) {
        var life = LifecycleRun.life(in: phase)
        #expect(life.handle(Self.exited, at: LifecycleRun.now).isEmpty)
    }

    @Test func `A plugin that exits while it is loaded has not been loaded`() {
        var life = LifecycleRun.life(in: .starting)
        let reason = "the plugin ended the process: exit(7) in execute, call 42"
        #expect(
            life.handle(Self.exited, at: LifecycleRun.now)
                == [.tellLoadFailure(reason), Self.reaps])
        #expect(life.handle(.reaped, at: LifecycleRun.now) == [.exit(.loadFailure)])
    }
}
