/// What a valid command line asks the worker to do.
package enum CommandLineRequest: Sendable, Equatable {
    case run(Configuration)
    /// Do what the word says, and end.
    case subcommand(Subcommand)
    /// Print `CommandLineHelp.text(program:)` and exit 0.
    case help
    /// Print the version and exit 0.
    case version
}
