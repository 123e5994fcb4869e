/// How a call failed: what the client is told.
package struct CallFailure: Error, Equatable, Sendable {
    /// The kind of failure; it decides the HTTP status.
    package enum Reason: UInt8, CaseIterable, Sendable {
        /// The plugin says that it failed.
        case plugin
        /// The plugin did what the ABI forbids: the plugin's fault, not the client's.
        case misbehaviour
        /// The plugin says that it is broken for good; the worker ends after it.
        case fatal
        /// The plugin does not take these arguments, or this configuration.
        case invalidArgument
        /// The call was cancelled.
        case cancelled
        /// The plugin cannot do it now.
        case unavailable
        /// The deadline passed.
        case deadline
        /// The plugin does not do such a thing.
        case unsupported
        /// Memory for the result could not be had.
        case outOfMemory
    }

    /// The kind of failure.
    package let reason: Reason
    /// A sentence for people: the `detail` or `error` of the answer; of a longer text, which only a
    /// plugin makes, the first `longestDetail` bytes.
    package let detail: String
    /// More than any client wants to read; the log bounds its lines itself.
    package static let longestDetail = 1 << 20

    /// Makes a failure.
    package init(_ reason: Reason, _ detail: String) {
        self.reason = reason
        self.detail = Self.bounded(detail)
    }

    /// A text that is not longer than `longestDetail`, and a note of what is missing.
    package static func bounded(_ text: String) -> String { text.cut(to: longestDetail) }

    /// The HTTP status of the answer to a call of some kind; the table stands in the plugin ABI's
    /// documentation.
    package func status(for kind: CallKind) -> UInt32 {
        switch reason {
        case .plugin: kind == .initialize ? 400 : 500
        case .misbehaviour, .fatal: 500
        case .invalidArgument: 400
        case .cancelled: 409
        case .unavailable, .outOfMemory: 503
        case .deadline: 504
        case .unsupported: 501
        }
    }
}
