/// Why a call was not taken in.
public enum CallRefusal: Equatable, Sendable {
    /// As many calls wait as may.
    case full
    /// More is held of other calls' bodies and results than may be.
    case noRoom
    /// The worker takes no more calls: it ends.
    case closed
}
