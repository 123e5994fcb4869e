package import WorkerCore
package import WorkerJSON

/// What the plugin last said when it was asked for its schema or configuration.
///
/// Immutable, so that an HTTP thread can send it while the plugin makes the next one.
package final class Snapshot: Sendable {
    /// A JSON object.
    package let text: SharedText
    /// Why there is none, if there is none.
    package let failure: CallFailure?

    init(_ text: consuming ByteBuffer) {
        self.text = SharedText(text)
        failure = nil
    }

    init(_ failure: CallFailure) {
        text = SharedText(ByteBuffer())
        self.failure = failure
    }

    /// The answer of a plugin that does not have the function.
    static var empty: Snapshot { Snapshot(ByteBuffer("{}")) }

    /// The text; or why there is none.
    package var document: Result<SharedText, CallFailure> {
        failure.map { .failure($0) } ?? .success(text)
    }
}
