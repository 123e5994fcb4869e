import Glibc
package import WorkerCore

/// How often the service manager wants to hear that the worker lives.
package struct WatchdogInterval: Sendable, Equatable {
    /// The time of silence after which the manager ends the worker.
    package let limit: TimeSpan

    /// The time between two signs of life, half of the limit.
    package var ping: TimeSpan { limit / 2 }

    /// Reads the copied environment; nil if no manager watches this process.
    ///
    /// The corresponding C function is `sd_watchdog_enabled`.
    package init?(environment: Environment, processID: Int32 = getpid()) {
        if let owner = environment["WATCHDOG_PID"], Int32(owner) != processID { return nil }
        guard let text = environment["WATCHDOG_USEC"], let microseconds = UInt64(text),
            microseconds > 0, microseconds < UInt64.max / 1_000
        else { return nil }
        limit = .microseconds(microseconds)
    }
}
