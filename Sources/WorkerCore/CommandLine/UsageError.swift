/// Why a command line cannot be followed; exit status 2.
package enum UsageError: Error, Equatable, CustomStringConvertible {
    case unknownOption(String, suggestion: String?)
    case ambiguousOption(String, candidates: [String])
    case valueMissing(option: String)
    case valueUnexpected(option: String)
    case invalidValue(String, option: String, expected: String)
    case optionRequired(String)
    case strayArguments([String])
    case noSocket(choices: [String])
    case severalSockets([String])
    case tooManySockets(Int)
    case bodyDoesNotFit(Int, buffered: Int)
    case pythonOnly(option: String)
    case unknownAccount(String, Account.Kind, option: String)
    case isUseless(option: String, without: String)
    case noTarget
    case severalTokens
    case openToAll(IPAddress)
    /// The source, and what is wrong with what it has.
    case badTokens(TokenSource, String)
    case noPlugin
    case severalClasses([String])
    case noName
    case folderExists(String)
    case noSDK(binary: String)

    /// The message as one sentence, without the program's name.
    package var description: String {
        switch self {
        case .unknownOption(let option, let suggestion):
            "unknown option '\(option)'" + (suggestion.map { ". Did you mean '\($0)'?" } ?? "")
        case .ambiguousOption(let option, let candidates):
            "option '\(option)' is ambiguous: it could be "
                + candidates.map { "'\($0)'" }.joined(separator: " or ")
        case .valueMissing(let option): "option '\(option)' needs a value"
        case .valueUnexpected(let option): "option '\(option)' takes no value"
        case .invalidValue(let value, let option, let expected):
            "invalid value '\(value)' for '\(option)': expected \(expected)"
        case .optionRequired(let option): "option '\(option)' is required"
        case .strayArguments(let arguments):
            (arguments.count == 1 ? "unexpected argument " : "unexpected arguments ")
                + arguments.map { "'\($0)'" }.joined(separator: ", ")
        case .noSocket(let choices):
            "no socket to serve: expected " + choices.map { "'\($0)'" }.joined(separator: ", ")
                + " or a socket from systemd"
        case .severalSockets(let sources):
            sources.joined(separator: " and ")
                + " cannot be combined: the worker serves one of them, and that "
                + "of '--unix'"
        case .tooManySockets(let count):
            "systemd passed \(count) sockets (LISTEN_FDS), but the worker serves one"
        case .bodyDoesNotFit(let body, let buffered):
            "'--max-body' (\(ByteCount.text(body))) does not fit into '--max-buffered' "
                + "(\(ByteCount.text(buffered))), a sixteenth of which is kept for small bodies"
        case .pythonOnly(let option):
            "option '\(option)' is for Python plugins: a library has no use for it"
        case .severalTokens:
            "\(TokenSource.variableName) and \(TokenSource.variableName)_FILE cannot be combined"
        case .openToAll(let host):
            "'--host \(host)' lets other machines in, and who reaches the worker runs its plugin: "
                + "expected a token ('--token-file'), or '--allow-unauthenticated'"
        case .badTokens(let source, let reason): "no tokens can be had from \(source): \(reason)"
        case .unknownAccount(let name, let kind, let option):
            "invalid value '\(name)' for '\(option)': this system has no such \(kind.rawValue)"
        case .isUseless(let option, let other):
            "option '\(option)' has no use without '\(other)'"
        case .noTarget: "nothing to probe: expected 'http://HOST:PORT' or 'unix:PATH'"
        case .noPlugin: "nothing to check: expected a plugin, as --module takes it"
        case .noName: "nothing to make: expected a name"
        case .folderExists(let path):
            "'\(path)' is there already: expected the name of a new folder"
        case .noSDK(let binary):
            "option '--sdk' is required: there is no WorkerSDK around '\(binary)'"
        case .severalClasses(let names):
            names.isEmpty
                ? "option '--class' is required: the plugin does not say which classes it has"
                : "option '--class' is required: the plugin has \(names.joined(separator: ", "))"
        }
    }

    /// The text for stderr: the message, the usage, and where to find more.
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
        // A name that is much longer than all of ours is like none of them, and costly to compare.
        guard (2...64).contains(name.utf8.count) else {
            return .unknownOption(typed, suggestion: nil)
        }
        let nearest = long.map { ($0, EditDistance.between(name, $0.name)) }.min { $0.1 < $1.1 }
        guard let (option, distance) = nearest, distance <= max(1, name.count / 3) else {
            return .unknownOption(typed, suggestion: nil)
        }
        return .unknownOption(typed, suggestion: option.spelling)
    }
}

extension CommandLineTable {
    /// A sentence about those variables of the worker's that stand for nothing, if there are any.
    package static func complaint(about names: some Sequence<String>) -> String? {
        // ARGS is that of the systemd unit.
        let others = ["PYTHON", "PLUGIN_PATH", "JOURNAL_SOCKET", "ARGS", "TOKEN"].map {
            CommandLineOption.variablePrefix + $0
        }
        let known = options.compactMap(\.variable) + others
        let unknown = names.filter { !known.contains($0) }.sorted().map { name in
            let nearest = known.map { ($0, EditDistance.between(name, $0)) }.min { $0.1 < $1.1 }
            guard name.utf8.count <= 64, let (word, distance) = nearest, distance <= 3 else {
                return name
            }
            return "\(name) (did you mean \(word)?)"
        }
        guard !unknown.isEmpty else { return nil }
        return "there is no option for what the environment has: "
            + OneLine.text(unknown.joined(separator: ", "), limit: 1_024)
    }
}

/// How far apart two words are.
package enum EditDistance {
    /// Counts the letters to insert, remove, replace or swap with their neighbour.
    ///
    /// This is the optimal string alignment distance: no part is edited twice.
    package static func between(_ left: String, _ right: String) -> Int {
        let left = Array(left)
        let right = Array(right)
        guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in 1...left.count {
            var current = [row]
            for column in 1...right.count {
                let same = left[row - 1] == right[column - 1]
                var best = min(
                    last[column] + 1, current[column - 1] + 1, last[column - 1] + (same ? 0 : 1))
                if row > 1, column > 1, left[row - 1] == right[column - 2],
                    left[row - 2] == right[column - 1]
                {
                    best = min(best, beforeLast[column - 2] + 1)
                }
                current.append(best)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
