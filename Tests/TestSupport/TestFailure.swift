/// A failure of the test ground itself, in words: a deadline passed, a reply that is no HTTP.
public struct TestFailure: Error, CustomStringConvertible {
    /// What went wrong.
    public let description: String

    /// Makes a failure that says `description`.
    public init(_ description: String) { self.description = description }
}
