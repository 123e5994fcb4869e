/// How grave a log line is; a level admits itself and everything graver.
package enum LogLevel: Int, Sendable, CaseIterable, Comparable, CustomStringConvertible {
    case error
    case warning
    case info
    case debug

    /// The word that stands in log lines and on the command line.
    package var description: String {
        switch self {
        case .error: "error"
        case .warning: "warning"
        case .info: "info"
        case .debug: "debug"
        }
    }

    package static func < (left: LogLevel, right: LogLevel) -> Bool {
        left.rawValue < right.rawValue
    }
}
