package import WorkerCore
package import WorkerJSON

/// What the plugin last said when it was asked for its schema or configuration.
///
/// Immutable, so that an HTTP thread can send it while the plugin makes the next one.
package final class Snapshot: Sendable {
    /// A JSON object.
    package let text: ByteBuffer
    /// Why there is none, if there is none.
    package let failure: CallFailure?

    init(_ text: consuming ByteBuffer) {
        self.text = text
        failure = nil
    }

    init(_ failure: CallFailure) {
        text = ByteBuffer()
        self.failure = failure
    }

    /// The answer of a plugin that does not have the function.
    static var empty: Snapshot {
        var text = ByteBuffer()
        text.append("{}")
        return Snapshot(text)
    }

    /// Appends the text; or says why there is none.
    package func copy(into buffer: inout ByteBuffer) -> CallFailure? {
        if let failure { return failure }
        let isDone = unsafe text.withUnsafeBytes { unsafe buffer.append($0) }
        return isDone ? nil : CallFailure(.outOfMemory, "there is no memory for the answer")
    }
}
