internal import PluginHost
internal import WorkerCore
internal import WorkerOS

/// Why a plugin could not be loaded, found before its library was opened or while it was.
enum LoadError: Error, CustomStringConvertible {
    case notFound(String, candidates: [String], nearby: String?)
    case file(ELFError)
    case plugin(LoadFailure)

    var description: String {
        switch self {
        case .notFound(let module, let candidates, let nearby):
            "there is no plugin '\(module)'. "
                + (nearby.map { "Did you mean '\($0)'? " } ?? "")
                + "Tried: \(candidates.joined(separator: ", "))"
        case .file(let error): "\(error)"
        case .plugin(let failure): "\(failure)"
        }
    }
}

/// Finding the library behind a module's name.
enum PluginFile {
    /// The path of the library: the first candidate that exists, checked so that dlopen may have it.
    static func find(_ module: String, _ environment: Environment) throws(LoadError) -> String {
        let candidates = PluginSearch.candidates(
            module: module, pluginPath: environment["UNIVERSAL_WORKER_PLUGIN_PATH"],
            dataHome: environment["XDG_DATA_HOME"], home: environment["HOME"],
            prefix: ExecutablePath.current().flatMap { PluginSearch.prefix(ofExecutable: $0) })
        for path in candidates {
            do throws(ELFError) {
                try ELFInspector.check(path: path)
                return path
            } catch {
                // Only what is not there sends the search on; a broken file is an answer.
                if case .missing = error, !module.contains("/") { continue }
                throw .file(error)
            }
        }
        let nearby = PluginSearch.nearby(module: module).first { path in
            do throws(ELFError) {
                try ELFInspector.check(path: path)
            } catch {
                if case .missing = error { return false }
            }
            return true
        }
        throw .notFound(module, candidates: candidates, nearby: nearby)
    }
}
