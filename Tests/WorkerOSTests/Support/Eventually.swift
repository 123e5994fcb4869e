import Glibc
import WorkerOS

/// Looks again and again until a condition holds, at most ten seconds; says whether it held.
func eventually(_ condition: () -> Bool) -> Bool {
    let deadline = seconds(10)
    while !condition() {
        guard MonotonicClock.now() < deadline else { return false }
        poll(nil, 0, 2)
    }
    return true
}

/// The moment some seconds from now.
func seconds(_ count: Double) -> UInt64 {
    MonotonicClock.now() + UInt64(count * 1_000_000_000)
}
