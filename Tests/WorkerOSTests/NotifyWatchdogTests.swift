import TestSupport
import Testing
import WorkerCore
import WorkerThreads

@testable import WorkerOS

@Suite(.blocking) struct NotifyWatchdogTests {
    private static let intervals: [([String: String], TimeSpan?)] = [
        (["WATCHDOG_USEC": "30000000"], .seconds(30)),
        (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "42"], .seconds(30)),
        (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "41"], nil),
        (["WATCHDOG_PID": "42"], nil), (["WATCHDOG_USEC": "0"], nil),
        (["WATCHDOG_USEC": "-5"], nil), (["WATCHDOG_USEC": "soon"], nil),
        (["WATCHDOG_USEC": "18446744073709551615"], nil), ([:], nil),
    ]

    @Test(arguments: intervals)
    func `The interval is the one meant for this process`(
        values: [String: String], limit: TimeSpan?
    ) {
        let interval = WatchdogInterval(
            environment: Environment(values: values), processID: 42)
        #expect(interval?.limit == limit)
        #expect(interval?.ping == limit.map { $0 / 2 })
    }
}
