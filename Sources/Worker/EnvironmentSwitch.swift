private import Glibc
internal import WorkerCore
internal import WorkerOS

/// The subcommands, which are functions of the environment's Python (Python/wheel/universal_worker_switch.py).
enum EnvironmentSwitch {
    /// Takes the two arguments that follow it: the subcommand, and the path of the binary.
    private static let code = """
        import sys
        try:
            from universal_worker_switch import main
        except ImportError:
            sys.exit("universal-worker: there is no switch in " + sys.prefix + "; install the wheel by pip")
        sys.exit(main(sys.argv[1:]))
        """

    /// Becomes the Python that the binary stands beside; returns why it could not.
    static func run(_ subcommand: Subcommand) -> String {
        var search = PythonSearch()
        search.executed = ExecutablePath.asExecuted()
        guard let binary = search.executed, case .found(let python) = search.choice(.system) else {
            return "there is no Python environment around \(search.executed ?? "this binary")"
        }
        // Isolated: no file of the working directory or of PYTHONPATH is the switch.
        let error = ProgramExecution.become(
            python, arguments: ["-I", "-c", code, subcommand.rawValue, binary])
        return "cannot run \(python): \(error)"
    }
}
