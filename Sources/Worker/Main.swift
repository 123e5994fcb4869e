private import Glibc
internal import WorkerCore
internal import WorkerOS

/// The entry: reads the command line, runs, and exits.
@main
enum Main {
    static func main() {
        SignalMask.prepare()
        let environment = Environment.current()
        do throws(UsageError) {
            let request = try CommandLineParser.parse(
                ProcessArguments.current(), inheritedSockets: environment.inheritedSockets())
            switch request {
            case .help: show(CommandLineHelp.text(program: "universal-worker"))
            case .version: show("universal-worker \(Version.current)\n")
            case .subcommand(let subcommand):
                let problem = EnvironmentSwitch.run(subcommand)
                end(.loadFailure, "universal-worker: \(problem)\n")
            case .run(let configuration):
                Environment.removePrivate()
                Program(configuration, environment).run()
            }
        } catch {
            end(.usage, error.report(program: "universal-worker"))
        }
    }

    /// Prints what was asked for, and ends.
    private static func show(_ text: String) -> Never {
        guard let error = Console.write(text, to: STDOUT_FILENO) else {
            exit(ExitCode.clean.rawValue)
        }
        end(.noResources, "universal-worker: cannot write to standard output: \(error)\n")
    }

    private static func end(_ code: ExitCode, _ complaint: String) -> Never {
        Console.write(complaint, to: STDERR_FILENO)
        exit(code.rawValue)
    }
}
