package import WorkerCore
package import WorkerJSON

/// How a call ended, with what it leaves to send.
package enum CallOutcome: ~Copyable {
    /// The result of execute: one compact JSON value.
    case value(ByteBuffer)
    /// The end of initialize or cleanup that went well.
    case done
    /// The end of a stream: the lines that had not been taken yet, and the failure if it failed.
    case streamEnd(ByteBuffer, CallFailure?)
    /// The plugin's own answer to any other call: its head and its body.
    case answer(OwnAnswer, ByteBuffer)
    /// The end of a stream whose last line is the plugin's own word for that failure.
    case streamAnswer(ByteBuffer, CallFailure)
    /// Any other call's failure.
    case failure(CallFailure)
}

/// What POST /cancel has achieved.
package enum CancelAnswer: Equatable, Sendable {
    /// Every call that ran or waited has been cancelled.
    case cancelled
    /// What waited has been cancelled; the plugin cannot stop what runs.
    case notSupported
    /// The calls are cancelled as far as the worker goes; the plugin's cancel failed.
    case failed(String)
}
