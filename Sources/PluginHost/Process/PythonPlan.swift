package import WorkerCore

/// Which Python class is run, and how.
package struct PythonPlan: Sendable {
    /// The interpreter as it is to be executed: with a slash, links unresolved.
    package var interpreter: String
    /// The module to import.
    package var module: String
    /// The class in it.
    package var className: String
    /// The folder that comes first on `sys.path`, if any.
    package var directory: String?
    /// How many calls run at once, more than one on threads beside the main one; nil for the dialect's own.
    package var concurrency: Int?
    /// The name that a host passes with `-m`, by which the runner chooses its dialect; may be empty.
    package var dialect = ""
    /// What a host passes with `--adapters`; may be empty.
    package var adapters = ""
    /// The worker's own command line, which is the plugin's `sys.argv`.
    package var arguments: [String]
    /// The variables of the process, each as NAME=value.
    package var environment: [String]
    /// One more that is for the interpreter, and that the plugin and what it starts do not see.
    package var ownVariable: (name: String, value: String)?
    /// What the plugin prints goes to this descriptor, byte for byte.
    package var output: Int32
    /// The time between the plugin's own cancel and the force.
    package var cancelGrace = TimeSpan.seconds(2)
    /// What happens when the process dies.
    package var onCrash = CrashAnswer.exit

    /// Makes a plan with the defaults that the command line documents.
    package init(
        interpreter: String, module: String, className: String, arguments: [String],
        environment: [String], output: Int32
    ) {
        self.interpreter = interpreter
        self.module = module
        self.className = className
        self.arguments = arguments
        self.environment = environment
        self.output = output
    }

    /// How many lanes the runner is offered, for calls and for what runs beside them.
    ///
    /// Unless the user says how many, 32 executes and 40 streams may run: as under the original at most.
    var lanes: Int { (concurrency ?? 32 + 40) + 4 }

    /// The variables of the interpreter.
    var variables: [String] {
        environment + [ownVariable].compactMap { $0.map { "\($0.name)=\($0.value)" } }
    }

    /// What the interpreter is called with: it executes the text that it finds in its descriptor 3.
    var command: [String] {
        [
            "-u", "-c",
            "exec(compile(__import__('os').read(3,1<<20),'<universal-worker>','exec'),{})",
            "\(module):\(className)",
        ]
    }

    /// The first frame that the runner gets: names and values, each ended by NUL.
    var boot: [UInt8] {
        var entries = [
            "module=\(module)", "class=\(className)", "concurrency=\(concurrency ?? 0)",
            "lanes=\(lanes)", "dialect=\(dialect)", "adapters=\(adapters)", "metrics=1",
        ]
        if let ownVariable { entries.append("unset=\(ownVariable.name)") }
        if let directory { entries.append("path=\(directory)") }
        entries += arguments.map { "argv=\($0)" }
        return entries.flatMap { Array($0.utf8) + [0] }
    }
}
