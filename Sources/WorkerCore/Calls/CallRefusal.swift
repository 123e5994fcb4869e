/// Why a call was not taken in.
public enum CallRefusal: Equatable, Sendable {
    /// As many calls wait as may.
    case full
    /// The worker takes no more calls: it ends.
    case closed
}
