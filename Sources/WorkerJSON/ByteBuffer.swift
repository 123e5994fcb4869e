import CWorkerJSON
import Glibc

/// A growable run of bytes from malloc, always with 64 readable bytes after its count.
///
/// The padding lets JSON be read in place, in whole blocks; what it holds does not matter. A buffer
/// belongs to one thread at a time and may be handed on. No memory is a result, not a trap: the
/// functions that grow the buffer return false and leave it as it was.
@safe
package struct ByteBuffer: ~Copyable, @unchecked Sendable {
    static let padding = Int(WORKER_JSON_PADDING)
    private static let smallestCapacity = 64
    /// Half a tebibyte: more is a mistake in a caller's sum, and malloc need not be asked.
    private static let largestCapacity = 1 << 39

    private var base: UnsafeMutableRawPointer?

    /// The number of bytes in use.
    package private(set) var count = 0

    /// The number of bytes there is room for, the padding not counted; zero before any allocation.
    package private(set) var capacity = 0

    /// Creates an empty buffer and allocates nothing.
    package init() {
        unsafe base = nil
    }

    /// Creates an empty buffer with room for `capacity` bytes, or nil where there is no memory.
    package init?(capacity: Int) {
        self.init()
        guard reserve(capacity) else { return nil }
    }

    deinit {
        unsafe free(base)
    }

    /// Makes room for `capacity` bytes in all, and for no more than that.
    ///
    /// - Returns: False where there is no memory.
    package mutating func reserve(_ capacity: Int) -> Bool {
        guard capacity > self.capacity else { return true }
        guard capacity <= Self.largestCapacity,
            let grown = unsafe realloc(base, capacity + Self.padding)
        else { return false }
        unsafe base = grown
        self.capacity = capacity
        return true
    }

    /// Makes room for `extra` bytes after the count, doubling so that many appends stay cheap.
    ///
    /// - Returns: False where there is no memory.
    mutating func reserve(extra: Int) -> Bool {
        let (needed, overflow) = count.addingReportingOverflow(extra)
        guard !overflow else { return false }
        guard needed > capacity else { return true }
        let doubled = max(needed, capacity.multipliedReportingOverflow(by: 2).partialValue)
        return reserve(max(doubled, Self.smallestCapacity)) || reserve(needed)
    }

    /// Appends a copy of bytes that lie outside this buffer.
    ///
    /// - Returns: False where there is no memory.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count > 0, let source = bytes.baseAddress else { return true }
        guard reserve(extra: bytes.count), let end = unsafe end else { return false }
        unsafe end.copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
        return true
    }

    /// Appends a copy of another buffer's bytes.
    ///
    /// - Returns: False where there is no memory.
    package mutating func append(_ other: borrowing ByteBuffer) -> Bool {
        unsafe append(UnsafeRawBufferPointer(start: other.base, count: other.count))
    }

    /// Appends a copy of bytes that lie outside this buffer, where that needs no memory.
    ///
    /// - Parameters:
    ///   - bytes: What is appended.
    ///   - limit: How long the buffer may become.
    /// - Returns: False where there is no room; then nothing is appended.
    package mutating func append(_ bytes: UnsafeRawBufferPointer, within limit: Int) -> Bool {
        guard hasRoom(for: bytes.count), count + bytes.count <= limit, let end = unsafe end,
            let source = bytes.baseAddress
        else { return false }
        unsafe end.copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
        return true
    }

    /// Whether so many bytes can be appended without memory being asked for.
    package func hasRoom(for extra: Int) -> Bool { extra <= capacity - count }

    /// Appends one byte.
    ///
    /// - Returns: False where there is no memory.
    @discardableResult
    package mutating func append(byte: UInt8) -> Bool {
        guard reserve(extra: 1), let end = unsafe end else { return false }
        unsafe end.storeBytes(of: byte, as: UInt8.self)
        count += 1
        return true
    }

    /// Empties the buffer, and gives its memory back unless told to keep it.
    package mutating func removeAll(keepingCapacity: Bool) {
        count = 0
        guard !keepingCapacity else { return }
        unsafe free(base)
        unsafe base = nil
        capacity = 0
    }

    /// Removes the first `n` bytes by moving the others to the front; `n` is at most the count.
    package mutating func removeFirst(_ n: Int) {
        precondition(n >= 0 && n <= count, "\(n) of \(count) bytes")
        count -= n
        guard n > 0, count > 0, let base = unsafe base else { return }
        unsafe memmove(base, base + n, count)
    }

    /// Lends the bytes in use to `body`, with 64 more readable ones after them if there are any.
    package func withUnsafeBytes<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(UnsafeRawBufferPointer(start: base, count: count))
    }

    /// Gives the memory away: the caller calls `free` on it, also where the count is zero.
    package consuming func release() -> (bytes: UnsafeMutableRawPointer?, count: Int) {
        let released = unsafe (bytes: base, count: count)
        discard self
        return unsafe released
    }
}

extension ByteBuffer {
    /// The first byte, or nil before any allocation.
    var start: UnsafePointer<UInt8>? {
        unsafe UnsafePointer(base?.assumingMemoryBound(to: UInt8.self))
    }

    /// The byte after the count, where `reserve(extra:)` has made room; nil before any allocation.
    var end: UnsafeMutableRawPointer? {
        unsafe base.map { unsafe $0 + count }
    }

    /// Takes bytes into the count that were written at `end`.
    mutating func commit(_ written: Int) {
        precondition(written >= 0 && written <= capacity - count)
        count += written
    }
}
