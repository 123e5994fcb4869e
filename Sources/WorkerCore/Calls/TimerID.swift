/// Names one moment in a `TimerHeap`, and after it has passed or been removed none.
public struct TimerID: Equatable, Sendable {
    /// A number that stands for it; neither zero nor the largest.
    public let rawValue: UInt64

    /// The name that a number stands for.
    @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }

    @inlinable init(place: Int, generation: UInt32) {
        rawValue = UInt64(generation) << 32 | UInt64(UInt32(place))
    }

    @inlinable var place: Int { Int(rawValue & 0xFFFF_FFFF) }

    @inlinable var generation: UInt32 { UInt32(rawValue >> 32) }
}
