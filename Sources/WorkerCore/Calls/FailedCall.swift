/// A call that did not go well, as the one line that the log has of it.
package struct FailedCall: Equatable, Sendable {
    /// Its id, as in `X-Request-Id`.
    package let id: String
    /// The path that was asked.
    package let endpoint: String
    /// The HTTP status; of a stream, whose header block left with 200, the one it would have had.
    package let status: UInt32
    /// The time from its arrival to its failure.
    package let duration: TimeSpan
    /// Why, as the client is told.
    package let detail: String

    /// Makes the record of a call.
    package init(id: String, endpoint: String, status: UInt32, duration: TimeSpan, detail: String) {
        self.id = id
        self.endpoint = endpoint
        self.status = status
        self.duration = duration
        self.detail = detail
    }

    /// What is the plugin's or the worker's is graver than what the client caused or asked for.
    package var level: LogLevel { status >= 500 ? .warning : .info }

    /// The line, whose shape docs/logging.md promises: an id has no spaces, and the detail is last.
    package var line: String {
        "call failed: status=\(status) endpoint=\(endpoint) ms=\(duration.milliseconds) "
            + "id=\(id) detail=\(detail)"
    }
}
