/// How far a call is, as its plugin last said.
package struct ProgressReport: Equatable, Sendable {
    /// From 0 to 1, or -1 for "running, extent unknown".
    package let fraction: Double
    /// A message for people.
    package let message: String
    /// Both as the plugin shows them, an object in JSON, where it may show any values; otherwise nil.
    package let shown: String?

    /// Makes a report; nil where the fraction is neither from 0 to 1 nor -1.
    package init?(fraction: Double, message: String) {
        guard fraction == -1 || (0...1).contains(fraction) else { return nil }
        self.fraction = fraction
        self.message = message
        shown = nil
    }

    /// Makes a report of what a plugin shows, of which a fraction and a message are taken if it has them.
    package init(showing object: String, fraction: Double?, message: String?) {
        let fraction = fraction ?? 0
        self.fraction = fraction == -1 || (0...1).contains(fraction) ? fraction : 0
        self.message = message ?? ""
        shown = object
    }

    private init() {
        fraction = 0
        message = ""
        shown = nil
    }

    /// What is true before a plugin has said anything.
    package static let none = Self()
}
