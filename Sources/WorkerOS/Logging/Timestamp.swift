import Glibc

/// A moment in UTC, to the millisecond, as `2026-11-23T21:24:05.123Z`.
package struct Timestamp: Sendable, Equatable {
    /// Whole seconds since 1970.
    let seconds: Int
    /// 0 to 999.
    let milliseconds: Int

    package init(seconds: Int, milliseconds: Int) {
        self.seconds = seconds
        self.milliseconds = milliseconds
    }

    /// Returns the present moment of the wall clock, which may be set back.
    ///
    /// The corresponding C function is `clock_gettime`.
    package static func now() -> Timestamp {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(seconds: time.tv_sec, milliseconds: time.tv_nsec / 1_000_000)
    }

    /// Appends the text to bytes.
    func append(to bytes: inout [UInt8]) {
        let day = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let second = seconds - day * 86_400
        let (year, month, monthDay) = Self.date(day)
        Self.append(year, digits: 4, "-", to: &bytes)
        Self.append(month, digits: 2, "-", to: &bytes)
        Self.append(monthDay, digits: 2, "T", to: &bytes)
        Self.append(second / 3_600, digits: 2, ":", to: &bytes)
        Self.append(second / 60 % 60, digits: 2, ":", to: &bytes)
        Self.append(second % 60, digits: 2, ".", to: &bytes)
        Self.append(milliseconds, digits: 3, "Z", to: &bytes)
    }

    /// The date of a day since 1970-01-01, in the Gregorian calendar.
    ///
    /// Years are counted from March, so that leap days come last; 400 years have 146,097 days.
    private static func date(_ day: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * dayOfYear + 2) / 153
        let month = march < 10 ? march + 3 : march - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * march + 2) / 5 + 1)
    }

    private static func append(
        _ number: Int, digits: Int, _ separator: Unicode.Scalar, to bytes: inout [UInt8]
    ) {
        var divisor = 1
        for _ in 1..<digits { divisor *= 10 }
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / divisor % 10))
            divisor /= 10
        }
        bytes.append(UInt8(ascii: separator))
    }
}
