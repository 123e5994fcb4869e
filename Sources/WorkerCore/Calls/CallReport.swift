/// One call as `GET /calls` shows it.
package struct CallReport: Equatable, Sendable {
    /// Where a call stands.
    package enum State: String, Sendable {
        case queued
        case running
        case cancelling
    }

    /// Its id.
    package let id: String
    /// The path that is asked.
    package let path: String
    /// Where it stands.
    package let state: State
    /// The time since its arrival.
    package let age: TimeSpan
    /// How far it is, as its plugin last said.
    package let progress: ProgressReport

    /// Makes a report.
    package init(
        id: String, path: String, state: State, age: TimeSpan, progress: ProgressReport
    ) {
        self.id = id
        self.path = path
        self.state = state
        self.age = age
        self.progress = progress
    }
}
