private import Glibc
package import WorkerCore

/// Waiting for descriptors, on the thread that asks.
package enum Poll {
    /// What a descriptor is waited for, beside its end and errors.
    package enum Interest: Sendable {
        case readable
        case writable
    }

    /// Waits until a descriptor can be read, or written, or a moment is past; false for the latter.
    ///
    /// `.zero` is for a mere look. Where the system cannot wait, which takes a limit of open files that
    /// is 0, it counts as ready after a moment, and the caller finds out. The corresponding C function is `poll`.
    package static func wait(
        _ descriptor: Int32, for interest: Interest = .readable, until deadline: Moment
    ) -> Bool {
        let events = Int16(interest == .readable ? POLLIN : POLLOUT)
        var entry = pollfd(fd: descriptor, events: events, revents: 0)
        return unsafe wait(&entry, 1, deadline) != 0
    }

    /// Waits until any of some descriptors can be read, or a moment is past; says which can.
    ///
    /// Of a negative one nothing is heard. Where the system cannot wait, all count as ready. The
    /// corresponding C function is `poll`.
    package static func readable(_ descriptors: [Int32], until deadline: Moment) -> [Bool] {
        var entries = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let ready = unsafe wait(&entries, nfds_t(entries.count), deadline)
        return entries.map { ready < 0 || $0.revents != 0 }
    }

    /// Calls `poll` until it has an answer that counts.
    private static func wait(
        _ entries: UnsafeMutablePointer<pollfd>, _ count: nfds_t, _ deadline: Moment
    ) -> Int32 {
        while true {
            let time = deadline.pollTimeout
            let ready = unsafe poll(entries, count, time)
            // The caller may try again at once, for ever.
            if ready < 0, errno != EINTR, time != 0 {
                usleep(useconds_t(min(10, time < 0 ? 10 : time)) * 1_000)
                return -1
            }
            let isPremature = ready == 0 && time == Int32.max
            if !isPremature, ready >= 0 || errno != EINTR { return ready }
        }
    }
}
