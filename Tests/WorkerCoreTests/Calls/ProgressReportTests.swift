import Testing
import WorkerCore

@Suite struct ProgressReportTests {
    @Test(arguments: [0, -0.0, 0.25, 1, -1, .leastNonzeroMagnitude, 1.nextDown])
    func `A fraction from 0 to 1, or -1, is a report`(fraction: Double) {
        let report = ProgressReport(fraction: fraction, message: "half \"way\"")
        #expect(report?.fraction == fraction)
        #expect(report?.message == "half \"way\"")
    }

    @Test(arguments: [
        -0.5, 1.5, 1.nextUp, 0.nextDown, (-1.0).nextUp, (-1.0).nextDown, 2, -2, .nan,
        .signalingNaN, .infinity, -.infinity, .greatestFiniteMagnitude,
    ])
    func `Anything else is none`(fraction: Double) {
        #expect(ProgressReport(fraction: fraction, message: "") == nil)
    }

    @Test func `Before a plugin says anything nothing is done`() {
        #expect(ProgressReport.none.fraction == 0)
        #expect(ProgressReport.none.message.isEmpty)
    }

    @Test(arguments: [(0.5, 0.5), (-1, -1), (75, 0), (-0.5, 0), (nil, 0)] as [(Double?, Double)])
    func `Any value can be shown, and counts as a fraction only if it is one`(
        value: Double?, fraction: Double
    ) {
        let report = ProgressReport(showing: "{}", fraction: value, message: nil)
        #expect(report.fraction == fraction)
        #expect(report.message == "")
        #expect(report.shown == "{}")
    }
}
