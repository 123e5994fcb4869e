/// A failure with the status that the client is to see.
///
/// Any other error that a plugin throws becomes ``Kind/failed``, and `CancellationError` becomes
/// ``Kind/cancelled``.
public struct PluginError: Error, Equatable, CustomStringConvertible {
    /// What kind of failure it is, which decides the HTTP status.
    public enum Kind: Sendable {
        /// The plugin failed: 500, and 400 from `initialize`.
        case failed
        /// The arguments or the configuration are not what the plugin takes: 400.
        case invalidArgument
        /// The call stopped because it was cancelled: 409.
        case cancelled
        /// Not now, but later perhaps: 503.
        case unavailable
        /// The plugin gave up because a deadline passed: 504.
        case deadline
        /// The plugin does not do this: 501.
        case unsupported
        /// The plugin is broken for good: 500, after which the worker ends.
        case fatal
    }

    /// What kind of failure it is.
    public var kind: Kind

    /// What happened, for people.
    public var message: String

    /// Creates a failure.
    ///
    /// - Parameters:
    ///   - kind: What decides the HTTP status.
    ///   - message: What happened, for people; it reaches the client as `detail`.
    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// The message.
    public var description: String { message }
}
