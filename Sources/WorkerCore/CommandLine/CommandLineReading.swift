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
    ) throws(UsageError) -> CommandLineRequest? {
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
