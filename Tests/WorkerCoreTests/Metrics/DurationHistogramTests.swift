import Testing
import WorkerCore

struct DurationHistogramTests {
    @Test func `A time is in the first bucket whose bound it does not exceed`() {
        for (bucket, bound) in DurationHistogram.bounds.enumerated() {
            var histogram = DurationHistogram()
            histogram.observe(.nanoseconds(bound.nanoseconds))
            histogram.observe(.nanoseconds(bound.nanoseconds + 1))
            #expect(histogram.counts[bucket] == 1)
            #expect(histogram.counts[bucket + 1] == 1)
            #expect(histogram.sum == 2 * bound.nanoseconds + 1)
        }
    }

    @Test func `The texts of the bounds are the bounds, from a millisecond to ten minutes`() {
        for bound in DurationHistogram.bounds {
            #expect(
                Double("\(bound.text)").map { UInt64(($0 * 1e9).rounded()) } == bound.nanoseconds)
        }
        #expect(DurationHistogram.bounds.first?.nanoseconds == 1_000_000)
        #expect(DurationHistogram.bounds.last?.nanoseconds == 600_000_000_000)
        let nanoseconds = DurationHistogram.bounds.map(\.nanoseconds)
        #expect(nanoseconds == nanoseconds.sorted())
    }
}
