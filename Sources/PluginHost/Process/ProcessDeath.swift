package import WorkerCore

/// The end of a plugin's process that the plugin did not come to in good order.
package struct ProcessDeath: Sendable, CustomStringConvertible {
    /// The number that the process had.
    package let process: Int32
    /// How it ended.
    package let end: ProcessEnd
    /// Why the worker has ended it, if it has.
    package let reason: String?
    /// What ran.
    package var calls: [CallReport] = []

    /// The signal that the worker dies of likewise, if any: never its own SIGKILL, which hosts would take
    /// for a lack of memory.
    package var mirrored: Int32? { reason == nil ? end.mirrored : nil }

    /// Whether it may have been the kernel, for lack of memory.
    package var maybeOutOfMemory: Bool { mirrored == ProcessEnd.kill }

    /// What clients of its calls are told.
    package var cause: String {
        reason.map { "the plugin's process was ended: \($0)" } ?? "the plugin's process \(end)"
    }

    /// The sentence for the log.
    package var description: String {
        let cause =
            reason.map { "the worker has ended the plugin's process \(process): \($0)" }
            ?? "the plugin's process \(process) \(end)"
        guard !calls.isEmpty else { return cause + "; no call ran" }
        let names = calls.map { "\($0.path) \($0.id) (\($0.age.milliseconds) ms)" }
        return cause + "; running: " + names.joined(separator: ", ")
    }
}

/// What becomes of the plugin after its process has died.
enum AfterDeath {
    /// The worker ends likewise.
    case workerEnds
    /// The worker ends anyway, in good order.
    case nothing
    /// A job is to call `restart`.
    case restart(in: TimeSpan)
    /// It has died too often.
    case giveUp
}
