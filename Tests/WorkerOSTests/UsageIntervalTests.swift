import Testing
import WorkerCore
import WorkerThreads

@testable import WorkerOS

@Suite struct UsageIntervalTests {
    private func percent(_ readings: [(cpu: UInt64, time: UInt64)], start: UInt64 = 0) -> [Double] {
        var interval = UsageInterval(start: .zero + .milliseconds(start))
        return readings.map {
            interval.percent(
                at: .init(cpu: .milliseconds($0.cpu), time: .zero + .milliseconds($0.time)))
        }
    }

    @Test func `The first reading is measured from the start of the process`() {
        #expect(percent([(500, 2_000)], start: 1_000) == [50])
    }

    @Test func `Each reading is measured from the one before, and may exceed 100`() {
        #expect(percent([(0, 1_000), (500, 2_000), (3_500, 3_000)]) == [0, 50, 300])
    }

    @Test func `Two pollers close together see the same long interval`() {
        let found = percent([
            (0, 1_000), (1_000, 2_000), (1_010, 2_010), (2_000, 3_000), (2_010, 3_010),
        ])
        #expect(found == [0, 100, 100, 100, 100])
    }

    @Test func `Readings 100 ms apart are measured on their own`() {
        #expect(percent([(0, 1_000), (50, 1_100), (60, 1_199)]) == [0, 50, 60.0 / 199 * 100])
    }

    @Test func `It is never negative, whatever goes back`() {
        #expect(percent([(1_000, 1_000), (400, 2_000), (300, 1_500)]) == [100, 0, 0])
    }

    @Test func `No time since the start is no load`() {
        #expect(percent([(10, 1_000)], start: 1_000) == [0])
        #expect(percent([(10, 999)], start: 1_000) == [0])
    }
}
