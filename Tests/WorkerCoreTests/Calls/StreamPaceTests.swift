import TestSupport
import Testing
import WorkerCore

@Suite struct StreamPaceTests {
    /// A pace after so many lines at a distance; whether a thread has to look is told by the last.
    private func pace(_ lines: Int, _ distance: TimeSpan) -> (StreamPace, mustLook: Bool) {
        var pace = StreamPace()
        var mustLook = false
        for line in 0..<lines {
            mustLook = pace.handedOver(at: .zero + .seconds(1) + distance * UInt64(line))
        }
        return (pace, mustLook)
    }

    @Test func `Lines gather when enough of them have come fast, and are then looked at`() {
        for lines in 0...StreamPace.run {
            let (pace, mustLook) = pace(lines, StreamPace.gap - 1)
            #expect(!pace.isGathering && !mustLook)
        }
        let (pace, mustLook) = pace(StreamPace.run + 1, StreamPace.gap - 1)
        #expect(pace.isGathering && mustLook)
    }

    @Test func `Lines that come at intervals never gather`() {
        let (pace, mustLook) = pace(10_000, StreamPace.gap)
        #expect(!pace.isGathering && !mustLook)
    }

    @Test func `One pause begins the count anew`() {
        var (pace, _) = pace(StreamPace.run, 0)
        let later = Moment(nanoseconds: 1_000_000_000) + StreamPace.gap
        _ = pace.handedOver(at: later)
        for _ in 0..<(StreamPace.run - 1) {
            let mustLook = pace.handedOver(at: later)
            #expect(!mustLook && !pace.isGathering)
        }
        let mustLook = pace.handedOver(at: later)
        #expect(mustLook && pace.isGathering)
    }

    @Test func `A look goes on as long as there is something, one at a time`() {
        var (pace, _) = pace(StreamPace.run + 1, 0)
        let looks = (0..<3).map { _ in pace.look(isEmpty: false) }
        #expect(looks == [.handOver, .handOver, .handOver])
        let asked = pace.handedOver(at: 1_000_000_000)
        #expect(!asked)
        let last = pace.look(isEmpty: true)
        #expect(last == .end && !pace.isGathering)
        // No thread looks any more, so the next time one has to.
        let again = pace.handedOver(at: 1_000_000_000)
        #expect(again && pace.isGathering)
    }

    @Test func `Lines that were not taken end the gathering, and the look that was to come`() {
        var (pace, _) = pace(StreamPace.run + 1, 0)
        pace.refused()
        #expect(!pace.isGathering)
        // Fast again before the look that is still due: nobody else is to look.
        for _ in 0..<StreamPace.run {
            let mustLook = pace.handedOver(at: 1_000_000_000)
            #expect(!mustLook)
        }
        #expect(pace.isGathering)
        pace.refused()
        let look = pace.look(isEmpty: false)
        #expect(look == .end)
    }

    @Test func `The next stream begins without gathering, under the look that is to come`() {
        var (pace, _) = pace(StreamPace.run + 1, 0)
        pace.begin()
        #expect(!pace.isGathering)
        for line in 0...StreamPace.run {
            let mustLook = pace.handedOver(at: 2_000_000_000)
            #expect(!mustLook)
            #expect(pace.isGathering == (line == StreamPace.run))
        }
        let look = pace.look(isEmpty: false)
        #expect(look == .handOver)
    }
}
