import Glibc
import Synchronization
import Testing

@testable import WorkerOS

@Suite(.timeLimit(.minutes(1))) struct NotifyWatchdogTests {
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

    private func interval(microseconds: Int) throws -> WatchdogInterval {
        try #require(
            WatchdogInterval(
                environment: Environment(values: ["WATCHDOG_USEC": "\(microseconds)"])))
    }

    @Test func `Signs of life come while the probe answers, and stop with it`() throws {
        let manager = try NotifyReceiver()
        let answers = Shared(true)
        let reports = TestPipe()
        let watchdog = try SystemdWatchdog.start(
            interval: interval(microseconds: 40_000),
            notifier: Notifier(
                environment: Environment(values: ["NOTIFY_SOCKET": manager.name])),
            probe: { _ in answers.value.withLock { $0 } },
            report: { isAnswering in
                _ = unsafe write(reports.writing, isAnswering ? "+" : "-", 1)
            })
        for _ in 0..<3 { #expect(manager.next() == "WATCHDOG=1") }
        answers.value.withLock { $0 = false }
        #expect(reports.read { $0 == "-" } == "-")
        answers.value.withLock { $0 = true }
        #expect(reports.read { $0 == "+" } == "+")
        #expect(manager.next() == "WATCHDOG=1")
        watchdog.stop()
    }

    @Test func `A probe ends before the limit does, and a stopped watchdog asks no more`() throws {
        let asked = TestPipe()
        let deadline = Shared<UInt64>(0)
        let start = MonotonicClock.now()
        let watchdog = try SystemdWatchdog.start(
            interval: interval(microseconds: 100_000_000),
            notifier: Notifier(environment: Environment(values: [:])),
            probe: { moment in
                deadline.value.withLock { $0 = moment }
                _ = unsafe write(asked.writing, "?", 1)
                return true
            }, report: { _ in })
        #expect(asked.read { $0 == "?" } == "?")
        let time = deadline.value.withLock { $0 } - start
        #expect(time >= 37_500_000_000 && time < 47_500_000_000)
        watchdog.stop()
    }
}

/// A value that a test shares with a thread.
private final class Shared<Value: Sendable>: Sendable {
    let value: Mutex<Value>

    init(_ value: Value) { self.value = Mutex(value) }
}
