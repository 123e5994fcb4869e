import Glibc

/// The clock of all deadlines: nanoseconds that never go back.
package enum MonotonicClock {
    /// Returns the nanoseconds since some fixed moment; sleep of the machine is not counted.
    ///
    /// The corresponding C function is `clock_gettime`.
    package static func now() -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Returns the milliseconds until a deadline as `poll` wants them, rounded up; 0 once passed.
    static func milliseconds(until deadline: UInt64) -> Int32 {
        let time = now()
        guard deadline > time else { return 0 }
        return Int32(clamping: (deadline - time).addingReportingOverflow(999_999).0 / 1_000_000)
    }
}
