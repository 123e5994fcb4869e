import TestSupport
import Testing
import WorkerCore

@Suite struct RateLimitTests {
    @Test func `One is admitted in an interval, and the next one tells how many were withheld`() {
        var limit = RateLimit(interval: 100)
        #expect(limit.admit(at: 5) == 0)
        #expect(limit.admit(at: 6) == nil)
        #expect(limit.admit(at: 104) == nil)
        #expect(limit.admit(at: 105) == 2)
        #expect(limit.admit(at: 204) == nil)
        #expect(limit.admit(at: 1_000) == 1)
        #expect(limit.admit(at: 1_100) == 0)
    }
}
