private import Glibc
internal import Synchronization
internal import WorkerOS
internal import WorkerThreads

/// Waits for the first reason to end, from signals or from the plugin.
final class Ending: Sendable {
    private let reason = Mutex<EndingReason?>(nil)
    private let happened = Semaphore()
    private let isLoaded = Atomic<Bool>(false)

    /// From here on the main thread waits for a reason; until then, a signal ends the process.
    func loaded() { isLoaded.store(true, ordering: .releasing) }

    /// Notes a reason; the first one counts.
    ///
    /// Any thread.
    func request(_ reason: EndingReason) {
        let isFirst = self.reason.withLock { current in
            guard current == nil else { return false }
            current = reason
            return true
        }
        if isFirst { happened.signal() }
    }

    /// Waits for a reason.
    func wait() -> EndingReason {
        happened.wait()
        guard let reason = reason.withLock({ $0 }) else {
            preconditionFailure("the semaphore is signalled after the reason is there")
        }
        return reason
    }

    /// Reads signals for ever; the body of a thread of its own.
    ///
    /// A second one ends the process.
    func watch(_ signals: SignalWaiter, log: Log) {
        var isRequested = false
        while let signal = signals.wait() {
            if signal == SIGHUP {
                log.info("SIGHUP: there is nothing to reload")
            } else if isRequested {
                log.warning("signal \(signal) again: the worker ends at once")
                _exit(ExitCode.forced.rawValue)
            } else {
                isRequested = true
                request(.signal(signal))
                if !isLoaded.load(ordering: .acquiring) {
                    // Nobody has been served, and the plugin may never return from its create.
                    log.info("signal \(signal) while the plugin is loaded: the worker ends")
                    _exit(ExitCode.clean.rawValue)
                }
            }
        }
    }
}
