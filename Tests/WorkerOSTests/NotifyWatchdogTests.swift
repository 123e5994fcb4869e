import TestSupport
import Testing

@testable import WorkerOS

@Suite(.blocking) struct NotifyWatchdogTests {
    private static let intervals: [([String: String], UInt64?)] = [
        (["WATCHDOG_USEC": "30000000"], 30_000_000_000),
        (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "42"], 30_000_000_000),
        (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "41"], nil),
        (["WATCHDOG_PID": "42"], nil), (["WATCHDOG_USEC": "0"], nil),
        (["WATCHDOG_USEC": "-5"], nil), (["WATCHDOG_USEC": "soon"], nil),
        (["WATCHDOG_USEC": "18446744073709551615"], nil), ([:], nil),
    ]

    @Test(arguments: intervals)
    func `The interval is the one meant for this process`(values: [String: String], limit: UInt64?)
    {
        let interval = WatchdogInterval(
            environment: Environment(values: values), processID: 42)
        #expect(interval?.limit == limit)
        #expect(interval?.ping == limit.map { $0 / 2 })
    }
}
