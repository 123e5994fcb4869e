/// A point in time of the monotonic clock, which never goes back.
///
/// This room has no clock: `Moment.now()` stands in WorkerThreads. Public and inlinable as `TimerHeap` is.
public struct Moment: Comparable, Hashable, Sendable {
    /// Nanoseconds of CLOCK_MONOTONIC.
    public let nanoseconds: UInt64

    /// Makes a moment of a reading of CLOCK_MONOTONIC.
    @inlinable public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    /// The moment before all others: a wait until then only looks.
    @inlinable public static var zero: Moment { Moment(nanoseconds: 0) }

    /// The moment that never comes: a wait until then has no limit.
    @inlinable public static var never: Moment { Moment(nanoseconds: .max) }

    /// Whether a moment comes before another.
    @inlinable public static func < (left: Moment, right: Moment) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// Returns the moment that lies a time after another; what is too late to be told is `never`.
    @inlinable public static func + (moment: Moment, time: TimeSpan) -> Moment {
        let (sum, isTooLate) = moment.nanoseconds.addingReportingOverflow(time.nanoseconds)
        return isTooLate ? .never : Moment(nanoseconds: sum)
    }

    /// Returns the moment that lies a time before another; `zero` if there is none.
    @inlinable public static func - (moment: Moment, time: TimeSpan) -> Moment {
        Moment(nanoseconds: moment.nanoseconds - min(moment.nanoseconds, time.nanoseconds))
    }

    /// Returns the time from an earlier moment to this one; zero if that one is later.
    @inlinable public static func - (later: Moment, earlier: Moment) -> TimeSpan {
        .nanoseconds(later > earlier ? later.nanoseconds - earlier.nanoseconds : 0)
    }
}

/// A length of time, never negative: up to 584 years, in nanoseconds.
///
/// Not Swift's `Duration`, whose 128 bits cost a division where nanoseconds are wanted.
public struct TimeSpan: Comparable, Hashable, Sendable {
    /// The whole of it in nanoseconds.
    public let nanoseconds: UInt64

    @inlinable init(exactly nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    /// No time.
    @inlinable public static var zero: TimeSpan { TimeSpan(exactly: 0) }

    /// Makes a time of so many nanoseconds.
    @inlinable public static func nanoseconds(_ count: UInt64) -> TimeSpan {
        TimeSpan(exactly: count)
    }

    /// Makes a time of so many microseconds.
    @inlinable public static func microseconds(_ count: UInt64) -> TimeSpan {
        TimeSpan(exactly: count * 1_000)
    }

    /// Makes a time of so many milliseconds.
    @inlinable public static func milliseconds(_ count: UInt64) -> TimeSpan {
        TimeSpan(exactly: count * 1_000_000)
    }

    /// Makes a time of so many seconds.
    @inlinable public static func seconds(_ count: UInt64) -> TimeSpan {
        TimeSpan(exactly: count * 1_000_000_000)
    }

    /// The whole of it in microseconds, rounded down.
    @inlinable public var microseconds: UInt64 { nanoseconds / 1_000 }

    /// The whole of it in milliseconds, rounded down.
    @inlinable public var milliseconds: UInt64 { nanoseconds / 1_000_000 }

    /// The whole of it in milliseconds, rounded up: waits in milliseconds do not end before it.
    @inlinable public var millisecondsRoundedUp: UInt64 {
        nanoseconds / 1_000_000 + (nanoseconds % 1_000_000 > 0 ? 1 : 0)
    }

    /// The whole of it in seconds, rounded down.
    @inlinable public var seconds: UInt64 { nanoseconds / 1_000_000_000 }

    /// Whether a time is shorter than another.
    @inlinable public static func < (left: TimeSpan, right: TimeSpan) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// Returns the sum of two times.
    @inlinable public static func + (left: TimeSpan, right: TimeSpan) -> TimeSpan {
        TimeSpan(exactly: left.nanoseconds + right.nanoseconds)
    }

    /// Returns by how much a time is longer than another; zero if it is not.
    @inlinable public static func - (left: TimeSpan, right: TimeSpan) -> TimeSpan {
        TimeSpan(exactly: left > right ? left.nanoseconds - right.nanoseconds : 0)
    }

    /// Returns a multiple of a time.
    @inlinable public static func * (time: TimeSpan, factor: UInt64) -> TimeSpan {
        TimeSpan(exactly: time.nanoseconds * factor)
    }

    /// Returns a part of a time.
    @inlinable public static func / (time: TimeSpan, divisor: UInt64) -> TimeSpan {
        TimeSpan(exactly: time.nanoseconds / divisor)
    }
}
