/// One event of the log, as a value that each format has its own way to write.
package struct LogRecord: Equatable, Sendable {
    /// How grave it is.
    package let level: LogLevel
    /// Of which kind it is.
    package let kind: LogKind
    /// What has happened; foreign text may be part of it.
    package let message: String
    /// What is known of the call or request behind it.
    package let fields: [LogField]

    /// Makes a record.
    ///
    /// Of its fields, those that are nil are unknown.
    package init(
        _ level: LogLevel, _ message: String, _ kind: LogKind = .other, fields: [LogField?] = []
    ) {
        self.level = level
        self.kind = kind
        self.message = message
        self.fields = fields.compactMap(\.self)
    }
}

/// What a record tells of: to have one more kind found in the journal, add a row here.
package enum LogKind: CaseIterable, Sendable {
    case other
    /// A call has failed, or was refused.
    case callFailed
    /// A request is over (`--access-log`).
    case request
    /// The worker serves its plugin.
    case ready
    /// The plugin cannot be loaded.
    case loadFailed
    /// The process of the plugin has ended by itself, or the plugin has ended the worker's.
    case pluginDied
    /// A call does not end although it was cancelled long ago.
    case wedged
    /// The plugin says that it is broken for good, or has taken what the worker cannot do without.
    case pluginBroken
    /// The worker has ended.
    case ended

    /// The journal's MESSAGE_ID, which never changes: 128 random bits, such as `journalctl --new-id128` makes.
    package var messageID: String? {
        switch self {
        case .other: nil
        case .callFailed: "bac34c605e6a4a9da5ebf06a84650a1b"
        case .request: "599dc767456645339a619b19461c27b5"
        case .ready: "f3a7eb4db663496993a0b2199e570f21"
        case .loadFailed: "19621dcc425644fc9870a6df3c83329b"
        case .pluginDied: "8c95483063874829a1b3ecc7898915c5"
        case .wedged: "e7c17b251b9141fd9982e72c47b61ec4"
        case .pluginBroken: "117f18aafe9849fa8aed70fee9f4449a"
        case .ended: "6af059467e764cf2bc3b47de180a6811"
        }
    }

    /// What a text line begins with where it has the record's fields as well; nil where it has none.
    package var label: String? {
        switch self {
        case .callFailed: "call failed: "
        case .request: "request: "
        default: nil
        }
    }

    /// Whether the fields tell all that the message does.
    package var isToldByFields: Bool { self == .request }
}

/// One thing that is known of what a record is about, by a name that all formats derive theirs from.
package struct LogField: Equatable, Sendable {
    /// The fields that there are.
    package enum Name: String, CaseIterable, Sendable {
        case method
        case status
        case endpoint
        case outcome
        case bytes
        /// In milliseconds.
        case duration
        case call
        case peer
        case trace
        /// The raw value of a `PluginMistake`.
        case mistake

        /// Its name in a line of text.
        package var inText: String {
            switch self {
            case .duration: "ms"
            case .call: "id"
            default: rawValue
            }
        }

        /// Its name in JSON.
        package var inJSON: String { rawValue }

        /// Its name in the journal.
        package var inJournal: String { "UW_\(rawValue.uppercased())" }
    }

    /// What it is called.
    package let name: Name
    /// Its value as text.
    package let text: String
    /// Whether that is a number.
    package let isNumber: Bool

    private init(_ name: Name, _ text: String, isNumber: Bool = false) {
        self.name = name
        self.text = text
        self.isNumber = isNumber
    }

    /// The id of a call.
    package static func call(_ id: String) -> Self { Self(.call, id) }

    /// The method of a request.
    package static func method(_ method: String) -> Self { Self(.method, method) }

    /// What became of a request, in the words of the metrics' label.
    package static func outcome(_ outcome: RequestOutcome) -> Self { Self(.outcome, outcome.name) }

    /// The length of an answer's body; nil where it is not known.
    package static func bytes(_ count: Int?) -> Self? {
        count.map { Self(.bytes, String($0), isNumber: true) }
    }

    /// The other end of a connection.
    package static func peer(_ peer: String) -> Self { Self(.peer, peer) }

    /// Where a request belongs in a trace.
    package static func trace(_ trace: TraceParent?) -> Self? {
        trace.map { Self(.trace, $0.description) }
    }

    /// What a plugin did against its ABI.
    package static func mistake(_ mistake: PluginMistake) -> Self {
        Self(.mistake, mistake.rawValue)
    }

    /// A path of the table of endpoints.
    package static func endpoint(_ path: String) -> Self { Self(.endpoint, path) }

    /// An HTTP status.
    package static func status(_ status: UInt32) -> Self {
        Self(.status, String(status), isNumber: true)
    }

    /// Whole milliseconds.
    package static func duration(_ time: TimeSpan) -> Self {
        Self(.duration, String(time.milliseconds), isNumber: true)
    }
}
