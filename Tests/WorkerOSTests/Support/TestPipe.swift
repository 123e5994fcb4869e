import Glibc
import Synchronization
import TestSupport

/// A real pipe.
final class TestPipe: Sendable {
    let reading: Int32
    let writing: Int32
    private let isReadable = Mutex(true)

    init() {
        // No child of another test may get a copy before the ends are close-on-exec.
        let ends = ChildProcess.spawning.withLock { _ in
            var ends: [Int32] = [0, 0]
            unsafe pipe(&ends)
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            return ends
        }
        (reading, writing) = (ends[0], ends[1])
    }

    deinit {
        closeEnd()
        close(writing)
    }

    /// Leaves the pipe without a reader.
    func closeReading() {
        closeEnd()
        // A child of another test has a copy until it executes its program.
        var end = pollfd(fd: writing, events: 0, revents: 0)
        _ = unsafe poll(&end, 1, Int32(Deadline.patience))
    }

    private func closeEnd() {
        isReadable.withLock { isReadable in
            if isReadable { close(reading) }
            isReadable = false
        }
    }

    /// Fills the pipe until a write would block, and returns how many bytes went in.
    func fill() -> Int {
        _ = fcntl(writing, F_SETFL, O_NONBLOCK)
        defer { _ = fcntl(writing, F_SETFL, 0) }
        let block = [UInt8](repeating: UInt8(ascii: "."), count: 4_096)
        var total = 0
        while true {
            let count = unsafe write(writing, block, block.count)
            if count < 0 { return total }
            total += count
        }
    }

    /// Reads until the text read so far satisfies a condition, or nothing comes any more.
    func read(until isComplete: (String) -> Bool) -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !isComplete(String(decoding: bytes, as: UTF8.self)) {
            var entry = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&entry, 1, Int32(Deadline.patience)) == 1 else { break }
            let count = unsafe Glibc.read(reading, &buffer, buffer.count)
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
