/// Why the worker ends.
enum EndingReason: Sendable, Equatable {
    /// A signal asked for it.
    case signal(Int32)
    /// The plugin is broken for good.
    case pluginFatal(String)

    /// The sentence for the log.
    var description: String {
        switch self {
        case .signal(let number): "signal \(number) asks the worker to end"
        case .pluginFatal(let detail): "the plugin is broken for good: \(detail)"
        }
    }

    /// The exit code, if all goes well from here on.
    var exitCode: ExitCode {
        switch self {
        case .signal: .clean
        case .pluginFatal: .pluginFatal
        }
    }
}
