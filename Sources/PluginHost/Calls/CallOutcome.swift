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
    /// Any other call's failure.
    case failure(CallFailure)
}
