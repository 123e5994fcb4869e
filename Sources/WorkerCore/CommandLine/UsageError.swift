/// Why a command line cannot be followed; exit status 2.
package enum UsageError: Error, Equatable, CustomStringConvertible {
    case unknownOption(String, suggestion: String?)
    case ambiguousOption(String, candidates: [String])
    case valueMissing(option: String)
    case valueUnexpected(option: String)
    case invalidValue(String, option: String, due: String)
    case optionRequired(String)
    case strayArguments([String])
    case noSocket(choices: [String])
    case severalSockets([String])
    case tooManySockets(Int)

    /// The message as one sentence, without the program's name.
    package var description: String {
        switch self {
        case .unknownOption(let option, let suggestion):
            "unknown option '\(option)'" + (suggestion.map { ". Did you mean '\($0)'?" } ?? "")
        case .ambiguousOption(let option, let candidates):
            "option '\(option)' is ambiguous: it may be "
                + candidates.map { "'\($0)'" }.joined(separator: " or ")
        case .valueMissing(let option): "option '\(option)' needs a value"
        case .valueUnexpected(let option): "option '\(option)' takes no value"
        case .invalidValue(let value, let option, let due):
            "invalid value '\(value)' for '\(option)': \(due)"
        case .optionRequired(let option): "option '\(option)' is required"
        case .strayArguments(let arguments):
            (arguments.count == 1 ? "unexpected argument " : "unexpected arguments ")
                + arguments.map { "'\($0)'" }.joined(separator: ", ")
        case .noSocket(let choices):
            "no socket to serve: one of " + choices.map { "'\($0)'" }.joined(separator: ", ")
                + " is due, or a socket from systemd"
        case .severalSockets(let sources):
            sources.joined(separator: " and ") + " exclude each other: one socket is served"
        case .tooManySockets(let count):
            "LISTEN_FDS hands over \(count) sockets, and one is served"
        }
    }

    /// The text for stderr: the message, the usage in one line, and where to find more.
    package func report(program: String) -> String {
        """
        \(program): \(OneLine.text(description, limit: 1_024))
        \(CommandLineHelp.usage(program: program))
        Try '\(program) --help' for more.

        """
    }
}

extension UsageError {
    /// The error for an option that the table has not, or has under several completions.
    ///
    /// `argument` is as it was typed, with or without a value behind `=`.
    package static func unrecognized(
        _ argument: String, options: [CommandLineOption] = CommandLineTable.options
    ) -> UsageError {
        let typed = String(argument.prefix { $0 != "=" })
        let name = String(typed.drop { $0 == "-" })
        let long = options.filter { !$0.isShort }
        let completions = long.filter { $0.name.hasPrefix(name) }
        if typed.hasPrefix("--"), !name.isEmpty, completions.count > 1 {
            return .ambiguousOption(typed, candidates: completions.map(\.spelling))
        }
        guard name.count > 1 else { return .unknownOption(typed, suggestion: nil) }
        let nearest = long.map { ($0, EditDistance.between(name, $0.name)) }.min { $0.1 < $1.1 }
        guard let (option, distance) = nearest, distance <= max(1, name.count / 3) else {
            return .unknownOption(typed, suggestion: nil)
        }
        return .unknownOption(typed, suggestion: option.spelling)
    }
}
