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
    /// Where its request belongs in a trace, if that says so.
    package let trace: TraceParent?

    /// Makes a report.
    package init(
        id: String, path: String, state: State, age: TimeSpan, progress: ProgressReport,
        trace: TraceParent? = nil
    ) {
        self.id = id
        self.trace = trace
        self.path = path
        self.state = state
        self.age = age
        self.progress = progress
    }
}

/// How far a call is, as its plugin last said.
package struct ProgressReport: Equatable, Sendable {
    /// From 0 to 1, or -1 for "running, extent unknown".
    package let fraction: Double
    /// A message for people.
    package let message: String
    /// Both as the plugin shows them, an object in JSON, where it may show any values; otherwise nil.
    package let shown: String?

    /// Makes a report; nil where the fraction is neither from 0 to 1 nor -1.
    package init?(fraction: Double, message: String) {
        guard fraction == -1 || (0...1).contains(fraction) else { return nil }
        self.fraction = fraction
        self.message = message
        shown = nil
    }

    /// Makes a report of what a plugin shows, of which a fraction and a message are taken if it has them.
    package init(showing object: String, fraction: Double?, message: String?) {
        let fraction = fraction ?? 0
        self.fraction = fraction == -1 || (0...1).contains(fraction) ? fraction : 0
        self.message = message ?? ""
        shown = object
    }

    private init() {
        fraction = 0
        message = ""
        shown = nil
    }

    /// What is true before a plugin has said anything.
    package static let none = Self()
}

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
    /// Where its request belongs in a trace, if that says so.
    package let trace: TraceParent?
    /// Why, as the client is told.
    package let detail: String

    /// Makes the record of a call.
    package init(
        id: String, endpoint: String, status: UInt32, duration: TimeSpan,
        trace: TraceParent? = nil, detail: String
    ) {
        self.id = id
        self.trace = trace
        self.endpoint = endpoint
        self.status = status
        self.duration = duration
        self.detail = detail
    }

    /// What is the plugin's or the worker's is graver than what the client caused or asked for.
    package var level: LogLevel { status >= 500 ? .warning : .info }

    /// The record, whose line of text docs/logging.md promises: an id has no spaces, and the detail is last.
    package var record: LogRecord {
        LogRecord(
            level, detail, .callFailed,
            fields: [
                .init(.status, status), .init(.endpoint, endpoint),
                .init(.duration, duration.milliseconds), .init(.call, id),
                trace.map { .init(.trace, "\($0)") },
            ])
    }
}

/// What a process and all its descendants use, as `/stats` reports it.
package struct ResourceUsage: Sendable, Equatable {
    /// Percent of one core over the time since the question before; several busy threads exceed 100.
    package let cpuPercent: Double
    /// Memory in RAM, in MiB; pages that processes share count once for each.
    package let residentMiB: Double
    /// The processes, this one first; empty where they cannot be known.
    package let processes: [Int32]

    /// Makes a report.
    package init(cpuPercent: Double, residentMiB: Double, processes: [Int32]) {
        self.cpuPercent = cpuPercent
        self.residentMiB = residentMiB
        self.processes = processes
    }
}

/// A name or version as a plugin says it: a text, or any value where a class in Python has one.
package enum PluginLabel: Sendable, Equatable {
    case text(String)
    /// Valid JSON that is no string.
    case json(String)
}

extension PluginLabel: CustomStringConvertible {
    /// For people.
    package var description: String {
        switch self {
        case .text(let text), .json(let text): text
        }
    }
}
