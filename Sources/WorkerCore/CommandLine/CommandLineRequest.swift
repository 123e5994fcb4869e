/// What a valid command line asks the worker to do.
package enum CommandLineRequest: Sendable, Equatable {
    case run(Configuration)
    /// Print `CommandLineHelp.text(program:)` and exit 0.
    case help
    /// Print the version and exit 0.
    case version
}
