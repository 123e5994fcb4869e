import Glibc
import WorkerCore
import WorkerThreads

/// Waiting for descriptors.
enum Poll {
    /// Waits until a descriptor has one of `events`, or an error, or a deadline is past; false for the last.
    ///
    /// `.zero` is for a mere look. The corresponding C
    /// function is `poll`.
    static func wait(_ descriptor: Int32, for events: Int16, until deadline: Moment) -> Bool {
        var entry = pollfd(fd: descriptor, events: events, revents: 0)
        while true {
            let time = deadline.pollTimeout
            let ready = unsafe poll(&entry, 1, time)
            if ready > 0 { return true }
            if ready == 0 && time < Int32.max { return false }
            if ready < 0 && errno != EINTR { return true }
        }
    }

    /// Waits without limit until one of two descriptors can be read or is in error; says which.
    static func readable(_ first: Int32, _ second: Int32) -> (first: Bool, second: Bool) {
        while true {
            var entries = (
                pollfd(fd: first, events: Int16(POLLIN), revents: 0),
                pollfd(fd: second, events: Int16(POLLIN), revents: 0)
            )
            let ready = unsafe withUnsafeMutableBytes(of: &entries) { bytes in
                let list = unsafe bytes.bindMemory(to: pollfd.self)
                return unsafe poll(list.baseAddress, 2, -1)
            }
            if ready > 0 { return (entries.0.revents != 0, entries.1.revents != 0) }
            if ready < 0 && errno != EINTR { return (true, true) }
        }
    }
}
