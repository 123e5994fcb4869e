/// How far a call is, as its plugin last said.
package struct ProgressReport: Equatable, Sendable {
    /// From 0 to 1, or -1 for "running, extent unknown".
    package let fraction: Double
    /// A message for people.
    package let message: String

    /// Makes a report; nil where the fraction is neither from 0 to 1 nor -1.
    package init?(fraction: Double, message: String) {
        guard fraction == -1 || (0...1).contains(fraction) else { return nil }
        self.fraction = fraction
        self.message = message
    }

    private init() {
        fraction = 0
        message = ""
    }

    /// What is true before a plugin has said anything.
    package static let none = Self()
}
