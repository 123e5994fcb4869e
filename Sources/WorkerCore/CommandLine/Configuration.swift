/// What the command line asked for; the initial values are the defaults that `--help` prints.
package struct Configuration: Sendable, Equatable {
    /// The plugin's name or path, as `PluginSearch` reads it.
    package var module = ""
    /// The class that the plugin is asked to create.
    package var className = ""
    /// The name that hosts pass with `-m`: which of Python's workers they mean to start.
    package var dialect: String?
    /// The interpreter of a Python plugin; nil to look for a library first, then for an interpreter.
    package var python: String?
    /// How many calls of a Python plugin run at once; nil for what its dialect has.
    package var concurrency: Int?
    /// The task adapters of a Python plugin, as hosts list them.
    package var adapters: String?
    /// The time that a cancelled call of a Python plugin has to end by itself.
    package var cancelGrace = TimeSpan.seconds(2)
    /// What happens when the process of a Python plugin dies; nil for `exit`.
    package var onCrash: CrashAnswer?
    /// The address that `port` belongs to.
    package var host = IPAddress.standard
    /// The port to bind; nil where a socket is inherited.
    package var port: UInt16?
    /// The inherited listening socket, which may be systemd's; nil where there is none.
    package var descriptor: Int32?
    /// The path of a Unix socket of the worker's own; nil for none.
    package var unixPath: String?
    /// The permissions of its file.
    package var unixMode = FileMode.standard
    /// The group of its file; nil for that of the worker's process.
    package var unixGroup: Account?
    /// The process whose end ends the worker; 0: none.
    package var parentProcess: Int32 = 0
    /// The users that may connect, beside the worker's own and root; empty for all that can.
    package var allowedUsers: [Account] = []
    /// Host names that requests may carry beside the loopback ones, in lower case.
    package var allowedHosts: [String] = []
    /// Origins that requests may carry beside the worker's own, in lower case.
    package var allowedOrigins: [String] = []
    /// The file of the tokens that clients on TCP have to show.
    package var tokenFile: String?
    /// Whether the environment has such a token; it counts where there is no file.
    package var hasTokenVariable = false
    /// Whether other machines may be served without a token.
    package var allowsUnauthenticated = false
    /// The longest request body, in bytes.
    package var maxBody = 64 << 20
    /// The bytes that all requests and replies together may hold in memory.
    package var maxBuffered = 512 << 20
    /// The calls that may wait for the plugin.
    package var maxQueue = 1_024
    /// The time that a call may take, from its arrival; 0: any.
    package var callTimeout = TimeSpan.zero
    /// The connections that are served at once.
    package var maxConnections = 10_000
    /// The memory of a connection, in bytes.
    package var maxHeader = 12 << 10
    /// The time that a header block may take to arrive.
    package var headerTimeout = TimeSpan.seconds(10)
    /// The time that a body may take to arrive.
    package var bodyTimeout = TimeSpan.seconds(120)
    /// The time that a connection is kept between two requests.
    package var idleTimeout = TimeSpan.seconds(60)
    /// The time that a cancelled call may run on before the worker ends; 0: any.
    package var wedgedExit = TimeSpan.zero
    /// The time that running calls have to end after SIGTERM.
    package var shutdownGrace = TimeSpan.milliseconds(1_200)
    /// The least grave level that is logged.
    package var logLevel = LogLevel.info
    /// How the log is written, and where to.
    package var logFormat = LogFormat.text
    /// Whether each request leaves a line.
    package var logsAccess = false

    package init() {}

    /// An option that was given and that no library has a use for, if there is one.
    package var pythonOnlyOption: String? {
        if concurrency != nil { return "--concurrency" }
        return onCrash == nil ? nil : "--on-crash"
    }

    /// Where the tokens come from; nil where clients need none.
    package var tokenSource: TokenSource? {
        tokenFile.map { .file($0) } ?? (hasTokenVariable ? .variable : nil)
    }

    /// Where the listening socket beside `unixPath` comes from: a port, or another process; nil for none.
    package var socketSource: SocketSource? {
        if let port { return .bind(host, port) }
        return descriptor.map { .inherited($0) }
    }
}

/// The permissions of a file, of which the owner may read and write at least.
package struct FileMode: Sendable, Equatable, CustomStringConvertible {
    /// For the owner alone.
    package static let standard = FileMode(bits: 0o600)

    package let bits: UInt32

    private init(bits: UInt32) { self.bits = bits }

    /// Reads an octal number, with leading zeros or without.
    init?(_ text: String) {
        guard text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "7") ~= $0 }),
            let bits = UInt32(text, radix: 8), bits <= 0o777, bits & 0o600 == 0o600
        else { return nil }
        self.bits = bits
    }

    package var description: String { "0" + String(bits, radix: 8) }
}

/// How grave a log line is; a level admits itself and everything graver.
///
/// Numbered as the plugin ABI numbers them: `UW_LOG_ERROR` and so on.
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

/// How the log is written, and where to: `--log-format`.
package enum LogFormat: String, CaseIterable, Sendable {
    /// Lines for people, on stderr.
    case text
    /// An object in JSON a line, on stderr.
    case json
    /// Entries with fields, to the journal's socket.
    case journal
}

/// What the worker does when the process of a Python plugin dies: `--on-crash`.
package enum CrashAnswer: String, CaseIterable, Sendable {
    /// It starts the process again.
    case restart
    /// It ends likewise.
    case exit
}
