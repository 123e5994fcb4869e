import Glibc
import TestSupport
import WorkerCore
import WorkerThreads

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
var inTime: Moment { .now() + .milliseconds(UInt64(Deadline.patience)) }

/// The moment some seconds from now.
func seconds(_ count: Double) -> Moment { .now() + .milliseconds(UInt64(count * 1_000)) }
