import TestSupport
import Testing
import WorkerCore

@Suite struct DescendantEndingTests {
    private static func process(_ pid: Int32) -> DescendantIdentity {
        DescendantIdentity(pid: pid, start: 7)
    }

    private let one = process(200)
    private let two = process(201)
    private let three = process(202)

    @Test func `Where nothing runs, nothing is done`() {
        var ending = DescendantEnding(now: 0, deadline: 100)
        #expect(ending.next(living: [], now: 0) == .finished([]))
    }

    @Test func `All are asked, waited for, and looked for once more when they are gone`() {
        var ending = DescendantEnding(now: 0, deadline: 100)
        #expect(ending.next(living: [one, two], now: 1) == .terminate([one, two]))
        #expect(ending.next(living: [one, two], now: 2) == .wait(until: 50))
        #expect(ending.next(living: [two], now: 3) == .wait(until: 50))
        #expect(ending.next(living: [], now: 4) == .look)
        #expect(ending.next(living: [], now: 5) == .finished([]))
    }

    @Test func `One that appears while others end is asked too`() {
        var ending = DescendantEnding(now: 0, deadline: 100)
        #expect(ending.next(living: [one], now: 1) == .terminate([one]))
        #expect(ending.next(living: [two], now: 2) == .terminate([two]))
        #expect(ending.next(living: [], now: 3) == .look)
        #expect(ending.next(living: [three], now: 4) == .terminate([three]))
        #expect(ending.next(living: [], now: 5) == .look)
        #expect(ending.next(living: [], now: 6) == .finished([]))
    }

    @Test func `At half of the time those left are stopped until none is new, then killed`() {
        var ending = DescendantEnding(now: 0, deadline: 100)
        #expect(ending.next(living: [one], now: 1) == .terminate([one]))
        #expect(ending.next(living: [one], now: 50) == .stop([one]))
        #expect(ending.next(living: [one, two], now: 51) == .stop([two]))
        #expect(ending.next(living: [one, two], now: 52) == .kill([one, two]))
        #expect(ending.next(living: [one, two], now: 53) == .wait(until: 100))
        #expect(ending.next(living: [three], now: 54) == .kill([three]))
        #expect(ending.next(living: [three], now: 100) == .finished([three]))
    }

    @Test func `A swarm that outruns the stopping is killed all the same`() {
        var ending = DescendantEnding(now: 0, deadline: 0)
        for round in Int32(0)..<1_000 {
            let step = ending.next(living: [Self.process(300 + round)], now: 1)
            if case .kill = step { return }
        }
        Issue.record("never killed")
    }

    @Test func `Without time left they are killed and not waited for`() {
        var ending = DescendantEnding(now: 10, deadline: 5)
        #expect(ending.next(living: [one], now: 10) == .stop([one]))
        #expect(ending.next(living: [one], now: 10) == .kill([one]))
        #expect(ending.next(living: [one], now: 10) == .finished([one]))
    }

    @Test func `One that refuses our signals is reported, and not waited for`() {
        var ending = DescendantEnding(now: 0, deadline: 100)
        #expect(ending.next(living: [one, two], now: 1) == .terminate([one, two]))
        ending.refuse(one)
        #expect(ending.next(living: [one, two], now: 2) == .wait(until: 50))
        #expect(ending.next(living: [one], now: 3) == .look)
        #expect(ending.next(living: [one], now: 4) == .finished([one]))
    }

    @Test func `A deadline without end leaves time to ask`() {
        var ending = DescendantEnding(now: 5, deadline: .never)
        #expect(ending.next(living: [one], now: 6) == .terminate([one]))
        #expect(
            ending.next(living: [one], now: 7)
                == .wait(until: .zero + .nanoseconds(5 + (UInt64.max - 5) / 2)))
    }
}
