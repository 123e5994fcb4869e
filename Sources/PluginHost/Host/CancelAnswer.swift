/// What POST /cancel has achieved.
package enum CancelAnswer: Equatable, Sendable {
    /// Every call that ran or waited has been cancelled.
    case cancelled
    /// What waited has been cancelled; the plugin cannot stop what runs.
    case notSupported
    /// The calls are cancelled as far as the worker goes; the plugin's cancel failed.
    case failed(String)
}
