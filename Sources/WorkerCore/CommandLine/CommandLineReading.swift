/// A command line while it is read: takes options one by one, then says what they amount to.
package struct CommandLineReading: Sendable {
    private var configuration = Configuration()
    private var given: [String] = []
    private let options: [CommandLineOption]

    package init(options: [CommandLineOption] = CommandLineTable.options) {
        self.options = options
    }

    /// Takes one option; a request is returned where it ends the reading, as `--help` does.
    ///
    /// - Throws: `UsageError.invalidValue` where the value is not what is due.
    package mutating func take(
        _ option: CommandLineOption, value: String
    ) throws(UsageError) -> CommandLineRequest? {
        given.append(option.name)
        switch option.action {
        case .help: return .help
        case .version: return .version
        case .store(let due, let store):
            guard store(&configuration, value) else {
                throw .invalidValue(value, option: option.spelling, due: due)
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
            return configuration
        default: throw .severalSockets(sources)
        }
    }
}
