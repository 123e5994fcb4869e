package import WorkerCore

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
