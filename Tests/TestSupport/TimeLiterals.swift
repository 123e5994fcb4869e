public import WorkerCore

// Tests of what is decided at moments write them as numbers: nanoseconds.

extension Moment: ExpressibleByIntegerLiteral {
    /// Makes one of nanoseconds.
    public init(integerLiteral value: UInt64) { self.init(nanoseconds: value) }
}

extension TimeSpan: ExpressibleByIntegerLiteral {
    /// Makes one of nanoseconds.
    public init(integerLiteral value: UInt64) { self = .nanoseconds(value) }
}
