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

/// The head of an answer that a plugin words itself.
package struct OwnAnswer: Sendable {
    /// The HTTP status, 200 to 599.
    package let status: UInt32
    /// Headers beside those of the worker.
    package let headers: [HeaderField]
    /// The type of the body where the plugin says one; without, the body is JSON.
    package let contentType: String?

    /// Makes the head of an answer.
    package init(status: UInt32, headers: [HeaderField], contentType: String?) {
        self.status = status
        self.headers = headers
        self.contentType = contentType
    }

    /// Whether a type can be sent: up to 256 bytes, of the shape of a header's value.
    package static func isType(_ type: String) -> Bool {
        type.utf8.count <= 256 && Framing.isValue(type.utf8Span.span)
    }

    /// Whether the body has to be JSON.
    package var isJSON: Bool { contentType?.hasPrefix("application/json") ?? true }

    /// What the log says of a call that was answered so, where it failed.
    package var failure: CallFailure {
        CallFailure(status == 409 ? .cancelled : .plugin, "the plugin has answered \(status)")
    }
}
