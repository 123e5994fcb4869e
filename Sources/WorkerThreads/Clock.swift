package import CThreads
internal import Glibc
package import WorkerCore

extension Moment {
    /// Returns the present; the time that the machine sleeps is not counted.
    ///
    /// The corresponding C function is `clock_gettime`.
    package static func now() -> Moment {
        var time = Glibc.timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Moment(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
    }

    /// The moment as C functions want it.
    package var timespec: timespec {
        Glibc.timespec(
            tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    }

    /// The milliseconds until then as `poll` wants them, rounded up: 0 once it is past, -1 for `never`.
    package var pollTimeout: Int32 {
        if self == .never { return -1 }
        return Int32(clamping: (self - .now()).millisecondsRoundedUp)
    }
}
