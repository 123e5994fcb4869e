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

    /// Makes a field of a text.
    package init(_ name: Name, _ text: String) {
        (self.name, self.text, isNumber) = (name, text, false)
    }

    /// Makes a field of a number.
    package init(_ name: Name, _ number: some BinaryInteger) {
        (self.name, text, isNumber) = (name, String(number), true)
    }
}
