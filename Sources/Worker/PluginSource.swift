private import Glibc
internal import PluginHost
internal import WorkerCore
internal import WorkerOS
private import WorkerThreads

/// What `--module` names: a library, or a class of Python's.
enum PluginSource {
    case library(path: String)
    case python(PythonPlan)

    /// Finds the plugin: a library of that name first, unless an interpreter is given.
    static func find(
        _ configuration: Configuration, _ environment: Environment, _ log: Log
    ) throws(LoadError) -> PluginSource {
        let module = configuration.module
        let isPath = module.contains("/")
        let isPython = configuration.python != nil || (isPath && module.hasSuffix(".py"))
        guard !isPython else { return .python(try plan(configuration, environment)) }
        do throws(LoadError) {
            return .library(path: try PluginFile.find(module, environment))
        } catch {
            guard case .notFound(_, _, let nearby) = error, !isPath else { throw error }
            // The name of a file is not that of a module; a module may have that of a file.
            if nearby != nil, PluginSearch.isFile(module) { throw error }
            let found = search(configuration, environment).choice(.system)
            guard found != .none else { throw error }
            log.info("no library: \(error)")
            return .python(try plan(configuration, environment))
        }
    }

    private static func search(
        _ configuration: Configuration, _ environment: Environment
    ) -> PythonSearch {
        var search = PythonSearch()
        search.option = configuration.python
        search.variable = environment["UNIVERSAL_WORKER_PYTHON"]
        search.executed = ExecutablePath.asExecuted()
        search.virtualEnvironment = environment["VIRTUAL_ENV"]
        search.condaPrefix = environment["CONDA_PREFIX"]
        search.path = environment["PATH"]
        return search
    }

    private static func plan(
        _ configuration: Configuration, _ environment: Environment
    ) throws(LoadError) -> PythonPlan {
        let interpreter: String
        switch search(configuration, environment).choice(.system) {
        case .explicit(let path), .found(let path): interpreter = path
        case .none: throw .plugin(.cannotRun(interpreter: "python3", "there is none on PATH"))
        }
        var module = configuration.module
        var directory: String?
        if module.contains("/"), module.hasSuffix(".py"), let slash = module.lastIndex(of: "/") {
            directory = slash == module.startIndex ? "/" : String(module[..<slash])
            module = String(module[module.index(after: slash)...].dropLast(3))
        }
        var plan = PythonPlan(
            interpreter: interpreter, module: module, className: configuration.className,
            arguments: ProcessArguments.current(), environment: Environment.entries(),
            output: STDERR_FILENO)
        plan.directory = directory
        if environment[Arenas.variable] == nil, environment[Arenas.tunables] == nil {
            plan.ownVariable = (Arenas.variable, "\(Arenas.wanted)")
            Arenas.limit()
        }
        plan.concurrency = configuration.concurrency
        plan.dialect = configuration.dialect ?? ""
        plan.adapters = configuration.adapters ?? ""
        plan.cancelGrace = configuration.cancelGrace
        plan.onCrash = configuration.onCrash ?? .exit
        return plan
    }
}
