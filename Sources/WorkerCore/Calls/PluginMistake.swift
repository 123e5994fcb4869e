/// What plugin code did against the rules of its ABI, while the worker went on.
///
/// The raw value is the word that the log has for it, in the field `mistake`; it never changes.
package enum PluginMistake: String, CaseIterable, Sendable {
    /// finish or answer was called for a call that had ended.
    case finishedTwice = "finished_twice"
    /// emit or progress was called for a call that had ended.
    case staleCall = "stale_call"
    /// reply was called when its function had returned.
    case staleReply = "stale_reply"
    /// A function was called for a call, or a metric, that it is not for.
    case wrongCall = "wrong_call"
    /// What was handed to the worker is not valid JSON or UTF-8, or breaks a rule of its own.
    case invalidData = "invalid_data"
    /// A function said that a call is done which it had not finished.
    case notFinished = "not_finished"
    /// A function answered a status that it may not, or gave one to finish.
    case unknownStatus = "unknown_status"
    /// A C++ exception left a function.
    case exception
    /// A function ended the worker's thread.
    case threadEnded = "thread_ended"

    /// The record of the log, at level `debug`: the client of a call has heard of it, if it concerns one.
    package func record(in function: String, _ detail: String) -> LogRecord {
        LogRecord(
            .debug, "a mistake of the plugin in \(function): \(detail)",
            fields: [LogField(.mistake, rawValue)])
    }
}
