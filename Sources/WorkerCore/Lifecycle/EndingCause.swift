/// Why the worker ends.
package enum EndingCause: Equatable, Sendable {
    /// A signal, by its name, asked for it.
    case signal(String)
    /// The process that `--ppid` names is gone.
    case parentGone
    /// The plugin is broken for good.
    case pluginFatal(String)
    /// A call has not ended although it was cancelled long ago.
    case wedged(String)
    /// The plugin has called exit; the thread that did waits for the end.
    case pluginExited(String)
    /// A descriptor that the worker needs, by its name, has been closed or replaced.
    case descriptorLost(String)
    /// The process of the plugin has ended; the signal that the worker is to die of likewise, if any.
    case pluginDied(String, signal: Int32?)

    /// The sentence for the log.
    package var description: String {
        switch self {
        case .signal(let name): "\(name) asks the worker to end"
        case .parentGone: "the parent process is gone"
        case .pluginFatal(let detail): "the plugin is broken for good: \(detail)"
        case .wedged(let detail): "the plugin is wedged: \(detail)"
        case .pluginExited(let detail): "the plugin ended the process: \(detail)"
        case .descriptorLost(let name):
            "the worker cannot go on: the plugin has closed or replaced \(name)"
        case .pluginDied(let detail, _): detail
        }
    }

    /// What the properties below say, a row for each cause.
    private var traits: (level: LogLevel, kind: LogKind, exitCode: ExitCode, letsCallsFinish: Bool)
    {
        switch self {
        case .signal: (.info, .other, .clean, true)
        case .parentGone: (.info, .other, .parentGone, false)
        case .pluginFatal: (.error, .pluginBroken, .pluginFatal, false)
        case .wedged: (.error, .wedged, .wedged, true)
        case .pluginExited: (.error, .pluginDied, .pluginExited, false)
        case .descriptorLost: (.error, .pluginBroken, .noResources, false)
        case .pluginDied: (.error, .pluginDied, .pluginExited, false)
        }
    }

    /// How grave it is: what is the plugin's fault was not asked for.
    package var level: LogLevel { traits.level }

    /// What the log's record of it tells of.
    package var kind: LogKind { traits.kind }

    /// The exit code, if plugin code does not have to be left behind.
    package var exitCode: ExitCode { traits.exitCode }

    /// Whether a client still wants the results of calls that run.
    var letsCallsFinish: Bool { traits.letsCallsFinish }
}

/// What the process's end tells its parent; documented in the README.
package enum ExitCode: Int32, CaseIterable, Sendable {
    /// It was told to end, and did.
    case clean = 0
    /// The plugin could not be loaded.
    case loadFailure = 1
    /// The command line is wrong.
    case usage = 2
    /// The socket could not be had.
    case bindFailure = 3
    /// The plugin said that it is broken for good.
    case pluginFatal = 4
    /// The process that `--ppid` names is gone.
    case parentGone = 5
    /// Plugin code did not return in time and was left behind, or a second signal came.
    case forced = 6
    /// The system would not give what the worker itself needs: threads, descriptors, memory; or the
    /// plugin has closed its descriptors.
    case noResources = 7
    /// A call did not end for longer than `--wedged-exit` allows after it was cancelled.
    case wedged = 8
    /// The plugin ended the process, by exit.
    case pluginExited = 9
}
