/// Why the worker ends.
package enum EndingCause: Equatable, Sendable {
    /// A signal asked for it.
    case signal(Int32)
    /// The process that `--ppid` names is gone.
    case parentGone
    /// The plugin is broken for good.
    case pluginFatal(String)
    /// A call has not ended although it was cancelled long ago.
    case wedged(String)

    /// The sentence for the log.
    package var description: String {
        switch self {
        case .signal(let number): "signal \(number) asks the worker to end"
        case .parentGone: "the parent process is gone"
        case .pluginFatal(let detail): "the plugin is broken for good: \(detail)"
        case .wedged(let detail): "the plugin is wedged: \(detail)"
        }
    }

    /// The exit code, if plugin code does not have to be left behind.
    package var exitCode: ExitCode {
        switch self {
        case .signal: .clean
        case .parentGone: .parentGone
        case .pluginFatal: .pluginFatal
        case .wedged: .wedged
        }
    }

    /// Whether somebody still wants the results of calls that run.
    var letsCallsFinish: Bool {
        switch self {
        case .signal, .wedged: true
        case .parentGone, .pluginFatal: false
        }
    }
}
