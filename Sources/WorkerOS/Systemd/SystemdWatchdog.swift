import CLinux
import Glibc

/// A thread that gives the service manager a sign of life as long as the worker answers.
///
/// A worker that hangs gives none, and is ended and started again: what only lives is not alive.
package final class SystemdWatchdog: Sendable {
    private let interval: WatchdogInterval
    private let notifier: Notifier
    private let probe: @Sendable (UInt64) -> Bool
    private let report: @Sendable (Bool) -> Void
    private let isStopped: Latch

    private init(
        _ interval: WatchdogInterval, _ notifier: Notifier,
        _ probe: @escaping @Sendable (UInt64) -> Bool,
        _ report: @escaping @Sendable (Bool) -> Void, _ isStopped: Latch
    ) {
        self.interval = interval
        self.notifier = notifier
        self.probe = probe
        self.report = report
        self.isStopped = isStopped
    }

    /// Starts the thread, which asks at once and then at each half of the limit.
    ///
    /// `probe` asks the worker until a moment of `MonotonicClock` and says whether it answered;
    /// `report` hears of the first silence and of the first answer after one. Both run on the thread.
    /// - Throws: `ThreadError` where the system has no thread or descriptor to give.
    package static func start(
        interval: WatchdogInterval, notifier: Notifier,
        probe: @escaping @Sendable (UInt64) -> Bool, report: @escaping @Sendable (Bool) -> Void
    ) throws(ThreadError) -> SystemdWatchdog {
        guard let latch = Latch() else {
            throw .cannotStart(name: "uw-systemd", .last)
        }
        let watchdog = SystemdWatchdog(interval, notifier, probe, report, latch)
        try NamedThread.start(name: "uw-systemd") { watchdog.run() }
        return watchdog
    }

    /// Ends the signs of life, for a worker that ends; does not wait for a probe that runs.
    ///
    /// Any thread. From STOPPING=1 on the manager wants no more of them.
    package func stop() { isStopped.open() }

    private func run() {
        var wasAnswering = true
        while true {
            let start = MonotonicClock.now()
            // Earlier than the manager loses its patience: the log shall say why it did.
            let isAnswering = probe(start + interval.ping / 4 * 3)
            // A worker that ends does not answer, and is not silent.
            if isStopped.wait(deadlineNanoseconds: 0) { return }
            if isAnswering != wasAnswering { report(isAnswering) }
            wasAnswering = isAnswering
            // What was not said must be said soon: at the next ping it would be too late.
            let isSaid = isAnswering && notifier.watchdog()
            let pause = isSaid ? interval.ping : interval.ping / 8
            if isStopped.wait(deadlineNanoseconds: start + pause) { return }
        }
    }
}
