import Glibc
import TestSupport
import WorkerOS

/// Looks again and again until a condition holds; says whether it held in time.
func eventually(_ condition: () -> Bool) -> Bool {
    let deadline = Deadline()
    while !condition() {
        guard !deadline.hasPassed else { return false }
        poll(nil, 0, 2)
    }
    return true
}

/// The moment until which a test waits for what has to come.
var inTime: UInt64 { seconds(Double(Deadline.patience) / 1_000) }

/// The moment some seconds from now.
func seconds(_ count: Double) -> UInt64 {
    MonotonicClock.now() + UInt64(count * 1_000_000_000)
}
