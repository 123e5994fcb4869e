import Glibc

/// A point in time after which waiting is a failure.
public struct Deadline: Sendable {
    private let end: Int64

    /// The milliseconds that a test waits for what has to come; no measure of how soon it should.
    public static let patience = 60_000

    /// Makes the deadline that lies `milliseconds` ahead.
    public init(milliseconds: Int = patience) { end = Self.now + Int64(milliseconds) }

    private init(end: Int64) { self.end = end }

    /// One that does not pass.
    static let never = Deadline(end: .max)

    /// The milliseconds that are left, at least 0.
    public var remaining: Int32 { Int32(clamping: max(0, end - Self.now)) }

    /// Whether it has passed.
    public var hasPassed: Bool { remaining == 0 }

    /// Milliseconds of the monotonic clock.
    public static var now: Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
