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
