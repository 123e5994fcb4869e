private import Glibc
internal import WorkerCheck
internal import WorkerCore
internal import WorkerOS
internal import WorkerTemplates

/// The entry: reads the command line, runs, and exits.
@main
enum Main {
    static func main() {
        SignalMask.prepare()
        let environment = Environment.current()
        do throws(UsageError) {
            let request = try CommandLineParser.parse(
                ProcessArguments.current(), variables: environment.options,
                inheritedSockets: environment.inheritedSockets(),
                credential: environment.tokenCredential)
            switch request {
            case .help: show(CommandLineHelp.text(program: "universal-worker"))
            case .version: show("universal-worker \(Version.current)\n")
            case .subcommand(let subcommand):
                let problem = EnvironmentSwitch.run(subcommand)
                end(.loadFailure, "universal-worker: \(problem)\n")
            case .probe(let probe):
                let (answer, reason) = try probe.run(environment)
                if answer != .yes {
                    Console.write("universal-worker: \(reason)\n", to: STDERR_FILENO)
                }
                exit(answer.rawValue)
            case .check(let report): check(report, environment)
            case .checkPlugin(let options): try check(options, environment)
            case .newPlugin(let options): try make(options, environment)
            case .run(let configuration):
                let tokens = try Tokens.read(configuration.tokenSource, environment)
                environment.removePrivate()
                Program(configuration, environment, tokens).run()
            }
        } catch {
            end(.usage, error.report(program: "universal-worker"))
        }
    }

    /// Prints the configuration, and what is wrong with it, and ends.
    private static func check(_ report: ConfigurationReport, _ environment: Environment) -> Never {
        var problems = report.problems
        do throws(UsageError) {
            _ = try Tokens.read(report.tokenSource, environment)
        } catch {
            problems.append(error.description)
        }
        let complaint = CommandLineTable.complaint(about: environment.options.keys)
        let lines = problems + (complaint.map { ["warning: \($0)"] } ?? [])
        let told = lines.map { "universal-worker: \(OneLine.text($0, limit: 1_024))\n" }.joined()
        Console.write(told, to: STDERR_FILENO)
        guard problems.isEmpty else { end(.usage, "") }
        show(report.text)
    }

    /// Tries a plugin out, and ends with what came of it.
    ///
    /// - Throws: what is wrong with the command line, as far as the plugin shows it.
    private static func check(
        _ options: PluginCheck, _ environment: Environment
    ) throws(UsageError) -> Never {
        SignalMask.release()
        environment.removePrivate()
        let python = "UNIVERSAL_WORKER_PYTHON"
        // Tokens are for a worker's users, and the checker's requests have none.
        let entries = Environment.entries().filter {
            !$0.hasPrefix("\(TokenSource.folderVariable)=")
        }
        var checker = PluginChecker(
            options, binary: ExecutablePath.toRunAgain(),
            environment: entries + (environment[python].map { ["\(python)=\($0)"] } ?? []))
        switch try checker.run() {
        case .report(let text, let hasFindings):
            show(text, exitCode: hasFindings ? 1 : 0)
        case .notLoaded(let reason):
            Console.write("universal-worker: \(options.module): \(reason)\n", to: STDERR_FILENO)
            exit(3)
        }
    }

    /// Makes the folder of a new plugin, and ends.
    ///
    /// - Throws: what is wrong with the command line, as far as files show it.
    private static func make(
        _ options: NewPlugin, _ environment: Environment
    ) throws(UsageError) -> Never {
        let executed = ExecutablePath.asExecuted()
        // In an environment it is where it was executed, not where a link leads.
        let binary = executed?.hasPrefix("/") == true ? executed : ExecutablePath.current()
        let folder = try NewFolder(
            options, binary: binary ?? "/usr/bin/universal-worker",
            searchPath: environment["PATH"] ?? "")
        do {
            show(try folder.write())
        } catch let error as UsageError {
            throw error
        } catch {
            end(.loadFailure, "universal-worker: \(error)\n")
        }
    }

    /// Prints what was asked for, and ends.
    private static func show(_ text: String, exitCode: Int32 = 0) -> Never {
        guard let error = Console.write(text, to: STDOUT_FILENO) else { exit(exitCode) }
        end(.noResources, "universal-worker: cannot write to standard output: \(error)\n")
    }

    private static func end(_ code: ExitCode, _ complaint: String) -> Never {
        Console.write(complaint, to: STDERR_FILENO)
        exit(code.rawValue)
    }
}
