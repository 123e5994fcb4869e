import Glibc
import Synchronization

/// An open file descriptor, closed with the last reference to it.
public final class Descriptor: Sendable {
    private let state: Mutex<Int32>

    /// Takes over `raw`; a negative one is the failure of `function`.
    public init(_ raw: Int32, from function: String) throws {
        guard raw >= 0 else { throw TestFailure("\(function): \(errorText())") }
        state = Mutex(raw)
    }

    deinit { close() }

    /// The number; -1 once closed.
    public var raw: Int32 { state.withLock { $0 } }

    /// Closes it now; later closes do nothing.
    public func close() {
        let raw = state.withLock { raw in
            defer { raw = -1 }
            return raw
        }
        if raw >= 0 { _ = Glibc.close(raw) }
    }

    /// Ends a socket's connection and closes it, also while a child of another test has a copy, as it
    /// does until it executes its program.
    public func shutDown() {
        _ = Glibc.shutdown(raw, Int32(SHUT_RDWR))
        close()
    }

    /// Has a socket take in few bytes before they are read; the kernel adds some.
    public func limitReceiving(to count: Int32) {
        var count = count
        let size = socklen_t(MemoryLayout<Int32>.size)
        unsafe setsockopt(raw, SOL_SOCKET, SO_RCVBUF, &count, size)
    }

    /// Waits for `events` of poll(2); fails with `what` when `deadline` passes.
    @discardableResult
    public func wait(for events: Int32, _ what: String, until deadline: Deadline) throws -> Int32 {
        while true {
            var entry = pollfd(fd: raw, events: Int16(events), revents: 0)
            let count = unsafe poll(&entry, 1, deadline.remaining)
            if count > 0 { return Int32(entry.revents) }
            if count == 0 { throw TestFailure("timed out waiting for \(what)") }
            if errno != EINTR { throw TestFailure("poll: \(errorText())") }
        }
    }

    /// Reads up to `limit` bytes, which may be none at the end.
    public func read(_ limit: Int = 65_536) throws -> [UInt8] {
        guard let bytes = try readUnlessReset(limit) else { throw TestFailure("read: a reset") }
        return bytes
    }

    /// The same; nil if the other side has reset the connection.
    public func readUnlessReset(_ limit: Int = 65_536) throws -> [UInt8]? {
        let descriptor = raw
        while true {
            var failure: Int32 = 0
            let bytes = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
                let read = unsafe Glibc.read(descriptor, buffer.baseAddress, limit)
                failure = read < 0 ? errno : 0
                count = max(0, read)
            }
            if failure == 0 { return bytes }
            if failure == ECONNRESET || failure == EPIPE { return nil }
            if failure != EINTR { throw TestFailure("read: \(errorText(failure))") }
        }
    }

    /// Reads up to and without the next newline, byte by byte.
    public func readLine(_ what: String, until deadline: Deadline) throws -> String {
        var line: [UInt8] = []
        while true {
            try wait(for: POLLIN, what, until: deadline)
            guard let byte = try read(1).first else {
                throw TestFailure("end of file instead of \(what)")
            }
            if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
    }

    /// Writes all of `bytes`, waiting where the other side is slow.
    public func write(_ bytes: [UInt8], until deadline: Deadline) throws {
        var sent = 0
        while sent < bytes.count {
            try wait(for: POLLOUT, "room to write", until: deadline)
            let descriptor = raw
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(
                    descriptor, buffer.baseAddress?.advanced(by: sent), buffer.count - sent)
            }
            if count >= 0 {
                sent += count
            } else if errno != EINTR && errno != EAGAIN {
                throw TestFailure("write: \(errorText())")
            }
        }
    }

    /// Makes a pipe, both ends closed on exec.
    public static func pipe() throws -> (reading: Descriptor, writing: Descriptor) {
        var ends: [Int32] = [-1, -1]
        guard unsafe GNUFunctions.pipe(&ends, O_CLOEXEC) == 0 else {
            throw TestFailure("pipe2: \(errorText())")
        }
        return (
            try Descriptor(ends[0], from: "pipe2"), try Descriptor(ends[1], from: "pipe2")
        )
    }
}

/// The text of an errno.
public func errorText(_ number: Int32? = nil) -> String {
    unsafe String(cString: strerror(number ?? errno))
}
