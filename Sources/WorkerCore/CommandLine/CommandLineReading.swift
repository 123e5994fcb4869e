/// A command line while it is read: takes options one by one, then says what they amount to.
package struct CommandLineReading: Sendable {
    private var configuration = Configuration()
    private var given: Set<String> = []
    private var variables: [String: String]
    private var problems: [UsageError] = []
    private var isCheck = false
    private let options: [CommandLineOption]
    private let credential: String?

    /// The part of the memory for bodies that is kept for small ones: one in so many bytes.
    private static let smallBodiesShare = 16

    /// Begins with the variables of the environment, of which those count whose options are not given.
    ///
    /// `credential` is the path of the tokens that systemd hands to this process, if it does.
    package init(
        options: [CommandLineOption] = CommandLineTable.options, variables: [String: String] = [:],
        credential: String? = nil
    ) {
        self.options = options
        self.variables = variables
        self.credential = credential
    }

    /// Takes one option; a request is returned where it ends the reading, as `--help` does.
    package mutating func take(
        _ option: CommandLineOption, value: String
    ) -> Invocation? {
        given.insert(option.name)
        switch option.action {
        case .help: return .help
        case .version: return .version
        case .checkConfiguration: isCheck = true
        case .store(let expected, let store):
            if !store(&configuration, value) {
                note(.invalidValue(value, option: option.spelling, expected: expected))
            }
        }
        return nil
    }

    /// Notes what is wrong.
    package mutating func note(_ problem: UsageError) { problems.append(problem) }

    /// Takes the variables in, checks what only the whole shows, and says what is to be done.
    ///
    /// `strays` are the arguments that belong to no option; `inheritedSockets` is the number of
    /// sockets that LISTEN_FDS hands to this process; `lookUp` knows the users and groups of the system.
    ///
    /// - Throws: the first problem, unless all are to be told.
    package consuming func finish(
        strays: [String], inheritedSockets: Int, lookUp: Account.LookUp
    ) throws(UsageError) -> Invocation {
        if !strays.isEmpty { note(.strayArguments(strays)) }
        let taken = takeVariables(inheritedSockets)
        for option in options where option.role == .required {
            if !given.contains(option.name), !taken.contains(option.name) {
                note(.optionRequired(option.spelling))
            }
        }
        findTokens()
        checkSockets(taken, inheritedSockets)
        findAccounts(lookUp)
        checkHost()
        fitBody(given.union(taken))
        if isCheck {
            return .check(
                ConfigurationReport(
                    rows: rows(taken, inheritedSockets), problems: problems.map(\.description),
                    tokenSource: configuration.tokenSource))
        }
        if let problem = problems.first { throw problem }
        if inheritedSockets > 0 { configuration.descriptor = SocketSource.firstActivated }
        return .run(configuration)
    }

    /// Takes the variables in whose options are not given; returns the names of these options.
    ///
    /// A place to listen on the command line, or from systemd, takes the place of all others.
    private mutating func takeVariables(_ inheritedSockets: Int) -> Set<String> {
        let listens =
            inheritedSockets > 0
            || options.contains { $0.role == .listens && given.contains($0.name) }
        var taken: Set<String> = []
        for option in options where !given.contains(option.name) {
            guard let variable = option.variable, let value = variables[variable], !value.isEmpty,
                !(listens && option.role == .listens),
                case .store(let expected, let store) = option.action
            else { continue }
            taken.insert(option.name)
            if !store(&configuration, value) {
                note(.invalidValue(value, option: variable, expected: expected))
            }
        }
        return taken
    }

    /// Looks for tokens where the command line names no file: in variables, then among the credentials.
    private mutating func findTokens() {
        guard !given.contains("token-file") else { return }
        // It counts if it is empty too: what was to be protected must not be open by mistake.
        if variables[TokenSource.variableName] != nil {
            if configuration.tokenFile != nil { note(.severalTokens) }
            configuration.hasTokenVariable = true
        } else if configuration.tokenFile == nil {
            configuration.tokenFile = credential
        }
    }

    private mutating func checkSockets(_ taken: Set<String>, _ inheritedSockets: Int) {
        let listening = options.filter { $0.role == .listens }
        var sources: [String] = []
        for option in listening {
            if given.contains(option.name) { sources.append("'\(option.spelling)'") }
            if taken.contains(option.name) { sources.append(option.variable ?? option.name) }
        }
        if inheritedSockets > 0 { sources.append("LISTEN_FDS") }
        switch sources.count {
        case 0:
            if configuration.unixPath == nil {
                note(.noSocket(choices: options.filter(\.listens).map(\.spelling)))
            }
        case 1: if inheritedSockets > 1 { note(.tooManySockets(inheritedSockets)) }
        default: note(.severalSockets(sources))
        }
    }

    /// Finds the numbers of the accounts that are named.
    private mutating func findAccounts(_ lookUp: Account.LookUp) {
        if let group = configuration.unixGroup,
            configuration.unixGroup?.resolve(.group, lookUp) == false
        {
            note(.unknownAccount(group.name, .group, option: "--unix-group"))
        }
        for index in configuration.allowedUsers.indices
        where !configuration.allowedUsers[index].resolve(.user, lookUp) {
            let name = configuration.allowedUsers[index].name
            note(.unknownAccount(name, .user, option: "--allow-user"))
        }
        for name in ["unix-mode", "unix-group"]
        where given.contains(name) && configuration.unixPath == nil {
            note(.isUseless(option: "--\(name)", without: "--unix"))
        }
    }

    /// Sees to it that other machines need a token, or are let in on purpose.
    private mutating func checkHost() {
        guard configuration.port != nil, !configuration.host.isLoopback,
            configuration.tokenSource == nil, !configuration.allowsUnauthenticated
        else { return }
        note(.openToAll(configuration.host))
    }

    /// Sees to it that the largest body can be taken in; of the two limits, one that was not given
    /// follows the other.
    private mutating func fitBody(_ given: Set<String>) {
        let most = configuration.maxBuffered - configuration.maxBuffered / Self.smallBodiesShare
        guard configuration.maxBody > most else { return }
        if !given.contains("max-body") {
            configuration.maxBody = most
        } else if !given.contains("max-buffered") {
            configuration.maxBuffered = 2 * configuration.maxBody
        } else {
            note(.bodyDoesNotFit(configuration.maxBody, buffered: configuration.maxBuffered))
        }
    }

    /// What the configuration says, and where each part of it comes from.
    private func rows(_ taken: Set<String>, _ inheritedSockets: Int) -> [ConfigurationReport.Row] {
        var rows = options.compactMap { option -> ConfigurationReport.Row? in
            guard let value = option.show(configuration) else { return nil }
            let source =
                if given.contains(option.name) {
                    "command line"
                } else if taken.contains(option.name) {
                    option.variable ?? ""
                } else if option.name == "token-file" {
                    TokenSource.folderVariable
                } else {
                    "default"
                }
            let setting = option.value == nil ? option.spelling : "\(option.spelling) \(value)"
            return .init(setting: setting, source: source)
        }
        if configuration.tokenSource == .variable {
            rows.append(
                .init(setting: "a token that is not shown", source: TokenSource.variableName))
        }
        if inheritedSockets > 0 {
            rows.append(.init(setting: "--fd \(SocketSource.firstActivated)", source: "LISTEN_FDS"))
        }
        return rows
    }
}

/// What a valid command line asks the worker to do.
package enum Invocation: Sendable, Equatable {
    case run(Configuration)
    /// Print the report, and exit with 0, or with 2 if there are problems.
    case check(ConfigurationReport)
    /// Do what the word says, and end.
    case subcommand(Subcommand)
    /// Ask a worker, and exit with what it says.
    case probe(Probe)
    /// Try a plugin out, print what was found, and exit with whether anything was.
    case checkPlugin(PluginCheck)
    /// Make a folder with a plugin to begin with.
    case newPlugin(NewPlugin)
    /// Print `CommandLineHelp.text(program:)` and exit 0.
    case help
    /// Print the version and exit 0.
    case version
}

/// What `--check-config` prints.
package struct ConfigurationReport: Sendable, Equatable {
    /// One part of the configuration.
    package struct Row: Sendable, Equatable {
        /// As an option: `--port 8080`.
        package let setting: String
        /// Where it comes from: the command line, a variable or the default.
        package let source: String
    }

    package let rows: [Row]
    /// All that is wrong, each as a sentence.
    package let problems: [String]
    /// Where tokens come from, which have yet to be read.
    package let tokenSource: TokenSource?

    /// A line for each part, with a line end at its end.
    package var text: String {
        let width = rows.map(\.setting.count).max() ?? 0
        return rows.map { row in
            let setting = OneLine.text(row.setting, limit: 4_096)
            let gap = String(repeating: " ", count: max(0, width - setting.count) + 2)
            return "\(setting)\(gap)\(row.source)\n"
        }.joined()
    }
}

/// What is done instead of serving a plugin, if the first word of the command line says so.
///
/// The words stand in dropin_rule.c as well, since files of their names are no scripts.
package enum Subcommand: String, Sendable, CaseIterable {
    case enable
    case disable
    case status
    case new
    case check
    case probe

    /// The word, and what follows it.
    package var synopsis: String {
        switch self {
        case .new: NewPlugin.synopsis
        case .check: PluginCheck.synopsis
        case .probe: Probe.synopsis
        default: rawValue
        }
    }

    /// Whether it is a function of an environment's Python.
    package var isOfEnvironment: Bool { ![.new, .check, .probe].contains(self) }

    /// What `--help` says of it.
    package var summary: String {
        switch self {
        case .enable:
            "Has hosts that start their own worker by this environment's Python get this one."
        case .disable: "Has them get their own worker again."
        case .status: "Says which of the two they get."
        case .new:
            "Makes a folder with a plugin to begin with, its tests and a README: exits with 0, with 1 if it "
                + "cannot be written, with 2 for a wrong command line or a folder that is there already."
        case .probe:
            "Asks a worker whether it lives, or is ready for calls: exits with 0 for yes, 1 for no, "
                + "2 for a wrong command line, 3 for no answer within the time (default: 2)."
        case .check:
            "Tries a plugin out as a hostile host would, and says which rules it breaks: exits with 0 "
                + "for none, 1 for some, 2 for a wrong command line, 3 if the plugin cannot be loaded."
        }
    }

    /// Reads it off the arguments, the program's name being the first; nil where none is named.
    ///
    /// - Throws: `UsageError` where something else follows than may.
    package static func read(_ arguments: [String]) throws(UsageError) -> Invocation? {
        guard arguments.count > 1, let subcommand = Subcommand(rawValue: arguments[1]) else {
            return nil
        }
        let rest = Array(arguments.dropFirst(2))
        switch subcommand {
        case .new: return .newPlugin(try NewPlugin(rest))
        case .probe: return .probe(try Probe(rest))
        case .check: return .checkPlugin(try PluginCheck(rest))
        default:
            guard rest.isEmpty else { throw .strayArguments(rest) }
            return .subcommand(subcommand)
        }
    }
}
