import CLinux
import Synchronization
package import WorkerCore

/// The reader of the command line: glibc's getopt_long, driven by the table of options.
package enum CommandLineParser {
    /// getopt keeps its state in globals; this lock makes calls from several threads safe.
    private static let getopt = Mutex(())

    /// Reads the arguments, the program's name being the first.
    ///
    /// Names may be abbreviated, values follow as `--x y` or `--x=y`, and options may stand behind
    /// stray arguments. The corresponding C function is `getopt_long`.
    /// `variables` count where their options are not given; `inheritedSockets` is the number of
    /// sockets that LISTEN_FDS hands to this process, `credential` the path of tokens that systemd does.
    /// - Throws: `UsageError`.
    package static func parse(
        _ arguments: [String], variables: [String: String] = [:], inheritedSockets: Int,
        credential: String? = nil,
        options: [CommandLineOption] = CommandLineTable.options
    ) throws(UsageError) -> Invocation {
        let arguments = arguments.isEmpty ? ["universal-worker"] : arguments
        if let invocation = try Subcommand.read(arguments) { return invocation }
        return try getopt.withLock { _ throws(UsageError) in
            let table = GetoptTable(arguments: arguments, options: options)
            let reading = CommandLineReading(
                options: options, variables: variables, credential: credential)
            return try read(table, reading, options, inheritedSockets)
        }
    }

    private static func read(
        _ table: GetoptTable, _ reading: CommandLineReading, _ options: [CommandLineOption],
        _ inheritedSockets: Int
    ) throws(UsageError) -> Invocation {
        var reading = reading
        while let event = table.next() {
            switch event {
            case .option(let option, let value):
                if let request = reading.take(option, value: value) { return request }
            case .valueMissing(let option): reading.note(.valueMissing(option: option.spelling))
            case .valueUnexpected(let option):
                reading.note(.valueUnexpected(option: option.spelling))
            case .unrecognized(let argument):
                reading.note(.unrecognized(argument, options: options))
            }
        }
        return try reading.finish(
            strays: table.remaining(), inheritedSockets: inheritedSockets,
            lookUp: AccountDatabase.number(of:_:))
    }
}
