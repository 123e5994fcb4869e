/// How severe a plugin says that a log line is.
package enum PluginLogLevel: UInt32, Sendable {
    case error = 0
    case warning = 1
    case info = 2
    case debug = 3
}
