import Testing
import WorkerCore

@Suite struct RestartPolicyTests {
    private func at(_ milliseconds: UInt64) -> Moment { .zero + .milliseconds(milliseconds) }

    @Test
    func `Each death within a minute of others is followed by a longer pause, the fourth by none`()
    {
        var policy = RestartPolicy()
        #expect(policy.died(at: at(1_000)) == .restart(at: at(1_100)))
        #expect(policy.died(at: at(2_000)) == .restart(at: at(2_400)))
        #expect(policy.died(at: at(3_000)) == .restart(at: at(4_600)))
        #expect(policy.died(at: at(60_999)) == .giveUp)
    }

    @Test func `A death counts for a minute, and no longer`() {
        var policy = RestartPolicy()
        #expect(policy.died(at: at(0)) == .restart(at: at(100)))
        #expect(policy.died(at: at(60_000)) == .restart(at: at(60_100)))
        #expect(policy.died(at: at(119_999)) == .restart(at: at(120_399)))
        #expect(policy.died(at: at(120_000)) == .restart(at: at(120_400)))
    }

    @Test func `One that dies every twenty seconds is started for ever`() {
        var policy = RestartPolicy()
        for death in 0..<100 as Range<UInt64> {
            #expect(policy.died(at: at(death * 20_000)) != .giveUp)
        }
    }

    @Test func `One that dies at once each time is given up after two seconds`() {
        var policy = RestartPolicy()
        var now = at(5_000)
        var starts = 0
        while case .restart(let next) = policy.died(at: now) {
            now = next
            starts += 1
        }
        #expect(starts == 3)
        #expect(now == at(7_100))
    }
}
