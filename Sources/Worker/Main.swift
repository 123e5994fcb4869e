private import Glibc
internal import WorkerCore
internal import WorkerOS

/// The entry: reads the command line, runs, and exits.
@main
enum Main {
    static func main() {
        SignalMask.prepare()
        ProcessLimits.raiseOpenFiles()
        let environment = Environment.current()
        do throws(UsageError) {
            let request = try CommandLineParser.parse(
                ProcessArguments.current(), inheritedSockets: environment.inheritedSockets())
            switch request {
            case .help:
                end(.clean, CommandLineHelp.text(program: "universal-worker"), to: STDOUT_FILENO)
            case .version: end(.clean, "universal-worker \(Version.current)\n", to: STDOUT_FILENO)
            case .run(let configuration):
                Environment.removePrivate()
                Program(configuration, environment).run()
            }
        } catch {
            end(.usage, error.report(program: "universal-worker"), to: STDERR_FILENO)
        }
    }

    private static func end(_ code: ExitCode, _ text: String, to descriptor: Int32) -> Never {
        Console.write(text, to: descriptor)
        exit(code.rawValue)
    }
}
