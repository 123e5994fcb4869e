import Testing
import WorkerCore

/// What a worker's life makes of a plugin that calls exit.
@Suite("A plugin that ends the process")
struct LifecycleExitTests {
    private static let exited = Lifecycle.Event.end(.pluginExited("exit(7) in execute, call 42"))
    private static let reaps = Lifecycle.Action.endDescendants(until: LifecycleRun.now + 100)

    @Test func `while it serves has its calls answered, and nothing of its code called`() {
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
    func `during an end cuts it short, and tells by the code`(
        phase: Lifecycle.Phase, hasCalls: Bool
    ) {
        var life = LifecycleRun.life(in: phase)
        let reaps = Lifecycle.Action.endDescendants(until: LifecycleRun.began + 100)
        #expect(
            life.handle(Self.exited, at: LifecycleRun.now)
                == (hasCalls ? [.abandonCalls, reaps] : [reaps]))
        #expect(life.handle(.reaped, at: LifecycleRun.now) == [.exit(.pluginExited)])
    }

    @Test func `after the parent's end leaves its code as it is`() {
        var life = LifecycleRun.life(in: .cancelling, by: .end(.parentGone))
        _ = life.handle(Self.exited, at: LifecycleRun.now)
        #expect(life.handle(.reaped, at: LifecycleRun.now) == [.exit(.parentGone)])
    }

    @Test(arguments: [Lifecycle.Phase.reaping, .gone])
    func `at the very end changes nothing`(phase: Lifecycle.Phase) {
        var life = LifecycleRun.life(in: phase)
        #expect(life.handle(Self.exited, at: LifecycleRun.now).isEmpty)
    }

    @Test func `while it is loaded has not been loaded`() {
        var life = LifecycleRun.life(in: .starting)
        let reason = "the plugin ended the process: exit(7) in execute, call 42"
        #expect(
            life.handle(Self.exited, at: LifecycleRun.now)
                == [.tellLoadFailure(reason), Self.reaps])
        #expect(life.handle(.reaped, at: LifecycleRun.now) == [.exit(.loadFailure)])
    }
}
