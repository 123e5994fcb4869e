/// What `universal-worker check` is to look at, and how.
package struct PluginCheck: Sendable, Equatable {
    /// The plugin, as `--module` has it.
    package private(set) var module = ""
    /// The class; nil if the plugin is to be asked which it has.
    package private(set) var className: String?
    /// The interpreter of a Python plugin, if it is given.
    package private(set) var python: String?
    /// The body of the calls that are to do real work, a JSON object; nil for one without arguments.
    package private(set) var call: String?
    /// The configuration that the plugin is to take, any JSON value; nil for an empty object.
    package private(set) var configuration: String?
    /// The only check that is to be done; nil for all.
    package private(set) var only: String?
    /// How long each step may take.
    package private(set) var timeout = TimeSpan.seconds(10)
    /// Whether the report is a JSON object.
    package private(set) var isJSON = false

    /// What `--help` shows.
    package static let synopsis = "check PLUGIN [--class C] [--python PATH] [--json]"

    /// Reads what follows the word.
    ///
    /// - Throws: `UsageError`.
    package init(_ arguments: [String]) throws(UsageError) {
        var words = SubcommandWords(arguments)
        while let option = words.nextOption() {
            switch option.name {
            case "--json":
                try words.flag(option)
                isJSON = true
            case "--class": className = try words.value(of: option)
            case "--python": python = try words.value(of: option)
            case "--call": call = try words.value(of: option)
            case "--config": configuration = try words.value(of: option)
            case "--only": only = try words.value(of: option)
            case "--timeout": timeout = try words.value(of: option, .seconds(from: 0.001))
            default: throw .unknownOption(option.word, suggestion: nil)
            }
        }
        module = try words.place(orThrow: .noPlugin)
    }
}
