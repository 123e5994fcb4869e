import TestSupport
import Testing
import WorkerCore

@Suite struct StreamPaceTests {
    /// A pace after so many lines at a distance; whether a thread has to collect them is told by the last.
    private func pace(_ lines: Int, _ distance: TimeSpan) -> (StreamPace, mustCollect: Bool) {
        var pace = StreamPace()
        var mustCollect = false
        for line in 0..<lines {
            mustCollect = pace.handedOver(at: .zero + .seconds(1) + distance * UInt64(line))
        }
        return (pace, mustCollect)
    }

    @Test func `Lines gather when enough of them have come fast, and are then collected`() {
        for lines in 0...StreamPace.run {
            let (pace, mustCollect) = pace(lines, StreamPace.gap - 1)
            #expect(!pace.isGathering && !mustCollect)
        }
        let (pace, mustCollect) = pace(StreamPace.run + 1, StreamPace.gap - 1)
        #expect(pace.isGathering && mustCollect)
    }

    @Test func `Lines that come at intervals never gather`() {
        let (pace, mustCollect) = pace(10_000, StreamPace.gap)
        #expect(!pace.isGathering && !mustCollect)
    }

    @Test func `One pause begins the count anew`() {
        var (pace, _) = pace(StreamPace.run, 0)
        let later = Moment(nanoseconds: 1_000_000_000) + StreamPace.gap
        _ = pace.handedOver(at: later)
        for _ in 0..<(StreamPace.run - 1) {
            let mustCollect = pace.handedOver(at: later)
            #expect(!mustCollect && !pace.isGathering)
        }
        let mustCollect = pace.handedOver(at: later)
        #expect(mustCollect && pace.isGathering)
    }

    @Test func `Collecting goes on as long as there is something, one at a time`() {
        var (pace, _) = pace(StreamPace.run + 1, 0)
        let steps = (0..<3).map { _ in pace.collect(isEmpty: false) }
        #expect(steps == [.handOver, .handOver, .handOver])
        let asked = pace.handedOver(at: 1_000_000_000)
        #expect(!asked)
        let last = pace.collect(isEmpty: true)
        #expect(last == .end && !pace.isGathering)
        // No thread comes any more, so the next time one has to.
        let again = pace.handedOver(at: 1_000_000_000)
        #expect(again && pace.isGathering)
    }

    @Test func `Lines that were not taken end the gathering, and the collecting that was to come`()
    {
        var (pace, _) = pace(StreamPace.run + 1, 0)
        pace.refused()
        #expect(!pace.isGathering)
        // Fast again before the thread comes that is still to: no other one is to.
        for _ in 0..<StreamPace.run {
            let mustCollect = pace.handedOver(at: 1_000_000_000)
            #expect(!mustCollect)
        }
        #expect(pace.isGathering)
        pace.refused()
        let collecting = pace.collect(isEmpty: false)
        #expect(collecting == .end)
    }

    @Test func `The next stream begins without gathering, under the collecting that is to come`() {
        var (pace, _) = pace(StreamPace.run + 1, 0)
        pace.begin()
        #expect(!pace.isGathering)
        for line in 0...StreamPace.run {
            let mustCollect = pace.handedOver(at: 2_000_000_000)
            #expect(!mustCollect)
            #expect(pace.isGathering == (line == StreamPace.run))
        }
        let collecting = pace.collect(isEmpty: false)
        #expect(collecting == .handOver)
    }
}
