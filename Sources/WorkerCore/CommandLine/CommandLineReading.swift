/// A command line while it is read: takes options one by one, then says what they amount to.
package struct CommandLineReading: Sendable {
    private var configuration = Configuration()
    private var given: [String] = []
    private let options: [CommandLineOption]

    /// The part of the memory for bodies that is kept for small ones: one in so many bytes.
    private static let smallBodiesShare = 16

    package init(options: [CommandLineOption] = CommandLineTable.options) {
        self.options = options
    }

    /// Takes one option; a request is returned where it ends the reading, as `--help` does.
    ///
    /// - Throws: `UsageError.invalidValue` where the value is not what is expected.
    package mutating func take(
        _ option: CommandLineOption, value: String
    ) throws(UsageError) -> Invocation? {
        given.append(option.name)
        switch option.action {
        case .help: return .help
        case .version: return .version
        case .store(let expected, let store):
            guard store(&configuration, value) else {
                throw .invalidValue(value, option: option.spelling, expected: expected)
            }
            return nil
        }
    }

    /// Checks what only the whole command line shows, and returns its configuration.
    ///
    /// `strays` are the arguments that belong to no option; `inheritedSockets` is the number of
    /// sockets that LISTEN_FDS hands to this process.
    ///
    /// - Throws: `UsageError`.
    package func finish(
        strays: [String], inheritedSockets: Int
    ) throws(UsageError) -> Configuration {
        var configuration = configuration
        guard strays.isEmpty else { throw .strayArguments(strays) }
        for option in options where option.role == .required && !given.contains(option.name) {
            throw .optionRequired(option.spelling)
        }
        let listening = options.filter { $0.role == .listens }
        var sources = listening.filter { given.contains($0.name) }.map { "'\($0.spelling)'" }
        if inheritedSockets > 0 { sources.append("LISTEN_FDS") }
        switch sources.count {
        case 0: throw .noSocket(choices: listening.map(\.spelling))
        case 1:
            guard inheritedSockets <= 1 else { throw .tooManySockets(inheritedSockets) }
        default: throw .severalSockets(sources)
        }
        try fitBody(&configuration)
        return configuration
    }

    /// Sees to it that the largest body can be taken in; of the two limits, one that was not given
    /// follows the other.
    private func fitBody(_ configuration: inout Configuration) throws(UsageError) {
        let most = configuration.maxBuffered - configuration.maxBuffered / Self.smallBodiesShare
        guard configuration.maxBody > most else { return }
        if !given.contains("max-body") {
            configuration.maxBody = most
        } else if !given.contains("max-buffered") {
            configuration.maxBuffered = 2 * configuration.maxBody
        } else {
            throw .bodyDoesNotFit(configuration.maxBody, buffered: configuration.maxBuffered)
        }
    }
}

/// What a valid command line asks the worker to do.
package enum Invocation: Sendable, Equatable {
    case run(Configuration)
    /// Do what the word says, and end.
    case subcommand(Subcommand)
    /// Print `CommandLineHelp.text(program:)` and exit 0.
    case help
    /// Print the version and exit 0.
    case version
}

/// What is done instead of serving a plugin, if the first word of the command line says so.
///
/// The words stand in dropin_rule.c as well, since files of their names are no scripts.
package enum Subcommand: String, Sendable, CaseIterable {
    case enable
    case disable
    case status

    /// What `--help` says of it.
    package var summary: String {
        switch self {
        case .enable:
            "Has hosts that start their own worker by this environment's Python get this one."
        case .disable: "Has them get their own worker again."
        case .status: "Says which of the two they get."
        }
    }

    /// Reads it off the arguments, the program's name being the first; nil where none is named.
    ///
    /// - Throws: `UsageError.strayArguments` where more follows.
    package static func read(_ arguments: [String]) throws(UsageError) -> Subcommand? {
        guard arguments.count > 1, let subcommand = Subcommand(rawValue: arguments[1]) else {
            return nil
        }
        guard arguments.count == 2 else { throw .strayArguments(Array(arguments.dropFirst(2))) }
        return subcommand
    }
}
