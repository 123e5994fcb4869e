/// One row of the table that drives both parsing and `--help`.
package struct CommandLineOption: Sendable {
    /// The headings under which `--help` lists the options, in their order.
    package enum Group: String, Sendable, CaseIterable {
        case plugin = "Plugin"
        case listening =
            "Listening (one of --port, --fd and systemd's LISTEN_FDS, or --unix, or both)"
        case access = "Access"
        case limits = "Limits"
        case other = "Other"
    }

    /// Whether a command line can do without the option.
    package enum Role: Sendable {
        case required
        /// It says where the socket comes from, and excludes the others that do.
        case listens
        /// It says where another socket is, beside one of those or instead.
        case listensBeside
        case optional
    }

    /// What the option does once it is seen.
    package enum Action: Sendable {
        /// Changes the configuration; false if the text is not what is expected.
        case store(expected: String, @Sendable (inout Configuration, String) -> Bool)
        case help
        case version
        /// Has the configuration shown instead of used.
        case checkConfiguration
    }

    /// The name without dashes; one letter is a short option.
    package let name: String
    /// The letter that stands for the name behind one dash, if there is one.
    package var letter: Character? = nil
    /// What stands for the value in `--help`; nil where the option takes none.
    package var value: String? = nil
    package let group: Group
    package var role = Role.optional
    package let summary: String
    /// Whether a variable can stand for it.
    package var hasVariable = true
    /// What a configuration says of it; nil where it says nothing.
    var show: @Sendable (Configuration) -> String? = { _ in nil }
    package let action: Action
    /// All values that it takes, where they are few words.
    package var words: [String] = []
    /// Whether each time that it is given adds to a list; of others the last counts.
    package var isList = false

    /// The default as `--help` shows it.
    package var defaultText: String? { show(Configuration()) }

    /// The variable that stands for it: `UNIVERSAL_WORKER_MAX_BODY` for `--max-body`.
    package var variable: String? {
        guard hasVariable else { return nil }
        return Self.variablePrefix + name.uppercased().split(separator: "-").joined(separator: "_")
    }

    /// How the variables of the worker begin.
    package static let variablePrefix = "UNIVERSAL_WORKER_"

    /// Whether it says where clients connect.
    var listens: Bool { role == .listens || role == .listensBeside }

    /// Whether the option is one letter behind one dash.
    package var isShort: Bool { name.count == 1 }

    /// The name with its dashes: `--port`, `-m`.
    package var spelling: String { isShort ? "-\(name)" : "--\(name)" }

    /// The names and what stands for the value: `--port P`, `-h, --help`.
    package var synopsis: String {
        let names = isShort ? spelling : (letter.map { "-\($0), " } ?? "") + spelling
        return value.map { "\(names) \($0)" } ?? names
    }
}

extension CommandLineOption {
    /// An option that sets a property of the configuration; the last one given counts.
    static func value<Value>(
        _ name: String, _ value: String,
        _ property: any WritableKeyPath<Configuration, Value> & Sendable,
        _ kind: OptionValue<Value>, _ group: Group, role: Role = .optional,
        hasVariable: Bool = true, _ summary: String
    ) -> CommandLineOption {
        CommandLineOption(
            name: name, letter: name.count == 1 ? name.first : nil, value: value, group: group,
            role: role, summary: summary, hasVariable: hasVariable,
            show: { kind.show($0[keyPath: property]) },
            action: .store(expected: kind.expected) { configuration, text in
                guard let value = kind.parse(text) else { return false }
                configuration[keyPath: property] = value
                return true
            }, words: kind.words)
    }

    /// An option without a default.
    static func value<Value>(
        _ name: String, _ value: String,
        _ property: any WritableKeyPath<Configuration, Value?> & Sendable,
        _ kind: OptionValue<Value>, _ group: Group, role: Role = .optional,
        hasVariable: Bool = true, _ summary: String
    ) -> CommandLineOption {
        let optional = OptionValue<Value?>(
            expected: kind.expected, parse: { text in kind.parse(text).map(Optional.some) },
            show: { $0.flatMap(kind.show) }, words: kind.words)
        return .value(
            name, value, property, optional, group, role: role, hasVariable: hasVariable, summary)
    }

    /// An option that may be given again and again, each time adding to a list; the value of its
    /// variable is the list, with commas between.
    static func list<Value>(
        _ name: String, _ value: String,
        _ property: any WritableKeyPath<Configuration, [Value]> & Sendable,
        _ kind: OptionValue<Value>, _ group: Group, _ summary: String
    ) -> CommandLineOption {
        CommandLineOption(
            name: name, value: value, group: group, summary: summary,
            show: { configuration in
                let texts = configuration[keyPath: property].compactMap(kind.show)
                return texts.isEmpty ? nil : texts.joined(separator: ",")
            },
            action: .store(expected: kind.expected) { configuration, text in
                let values = text.split(separator: ",", omittingEmptySubsequences: false)
                    .map { kind.parse(String($0)) }
                guard values.allSatisfy({ $0 != nil }) else { return false }
                configuration[keyPath: property] += values.compactMap(\.self)
                return true
            }, words: kind.words, isList: true)
    }

    /// An option without a value that turns something on; the value of its variable says yes or no.
    static func toggle(
        _ name: String, _ property: any WritableKeyPath<Configuration, Bool> & Sendable,
        _ group: Group, _ summary: String
    ) -> CommandLineOption {
        CommandLineOption(
            name: name, group: group, summary: summary,
            show: { $0[keyPath: property] ? "" : nil },
            action: .store(expected: OptionValue.yesOrNo.expected) { configuration, text in
                guard let isOn = text.isEmpty ? true : OptionValue.yesOrNo.parse(text) else {
                    return false
                }
                configuration[keyPath: property] = isOn
                return true
            })
    }

    /// An option without a value, which has something else done than a plugin served.
    static func flag(
        _ name: String, _ letter: Character?, _ action: Action, _ group: Group,
        _ summary: String
    ) -> CommandLineOption {
        CommandLineOption(
            name: name, letter: letter, group: group, summary: summary, hasVariable: false,
            action: action)
    }
}
