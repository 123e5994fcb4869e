/// Where the Python interpreter of a plugin may be: the environment that the worker stands in, first of all.
///
/// A path is given back as it is spelt, links unresolved: by that path an interpreter finds the
/// environment that it belongs to.
package struct PythonSearch: Sendable {
    /// What the search asks of the file system.
    package struct Files {
        /// Whether there is anything under a path.
        package let exists: (String) -> Bool
        /// Whether a path leads to a program that may be executed, and is no worker's binary.
        package let isRunnable: (String) -> Bool
        /// Whether a path leads to a worker's binary that stands for a Python; docs/drop-in.md.
        package let isDropIn: (String) -> Bool
        /// The names in a folder; none if it cannot be read.
        package let names: (String) -> [String]

        /// Makes the view of a file system.
        package init(
            exists: @escaping (String) -> Bool, isRunnable: @escaping (String) -> Bool,
            isDropIn: @escaping (String) -> Bool, names: @escaping (String) -> [String]
        ) {
            self.exists = exists
            self.isRunnable = isRunnable
            self.isDropIn = isDropIn
            self.names = names
        }
    }

    /// What was found.
    package enum Choice: Equatable, Sendable {
        /// The interpreter that was asked for by name: if it cannot be run, that is an error.
        case explicit(String)
        /// The first that is there of those that were looked for.
        case found(String)
        /// There is none.
        case none
    }

    /// The value of `--python`, if it was given.
    package var option: String?
    /// `$UNIVERSAL_WORKER_PYTHON`.
    package var variable: String?
    /// The path by which the worker was executed, links unresolved.
    package var executed: String?
    /// `$VIRTUAL_ENV`.
    package var virtualEnvironment: String?
    /// `$CONDA_PREFIX`.
    package var condaPrefix: String?
    /// `$PATH`.
    package var path: String?

    /// Makes a search that knows nothing yet.
    package init() {}

    /// Chooses the interpreter.
    ///
    /// - Parameter files: the file system.
    /// - Returns: the first of: the option, the variable, the environment that the worker stands in,
    ///   `$VIRTUAL_ENV`, `$CONDA_PREFIX`, `python3` and `python` on `$PATH`.
    package func choice(_ files: Files) -> Choice {
        if let name = option ?? variable, !name.isEmpty {
            if name.contains("/") { return .explicit(name) }
            return .explicit(onPath(name, files) ?? name)
        }
        if let path = besideTheWorker(files) { return .found(path) }
        for folder in [virtualEnvironment, condaPrefix] {
            guard let folder, !folder.isEmpty else { continue }
            if let path = interpreter(in: folder + "/bin", files) { return .found(path) }
        }
        for name in Self.names.reversed() {
            if let path = onPath(name, files) { return .found(path) }
        }
        return .none
    }

    private static let names = ["python", "python3"]

    /// The interpreter beside the worker's own binary, if that stands in an environment of Python's.
    private func besideTheWorker(_ files: Files) -> String? {
        guard let executed, let slash = executed.lastIndex(of: "/") else { return nil }
        let folder = String(executed[..<slash])
        let name = executed[executed.index(after: slash)...]
        // Under the name of an interpreter the binary is the Python of its folder.
        guard name.hasPrefix("python") || isEnvironment(folder + "/..", files) else { return nil }
        return interpreter(in: folder, files)
    }

    /// Whether a folder is a virtual or conda environment, or one that the worker was installed into.
    private func isEnvironment(_ root: String, _ files: Files) -> Bool {
        if files.exists(root + "/pyvenv.cfg") || files.exists(root + "/conda-meta") { return true }
        return files.names(root + "/lib").contains { version in
            version.hasPrefix("python3.")
                && files.names("\(root)/lib/\(version)/site-packages").contains {
                    $0.hasPrefix("universal_worker-") && $0.hasSuffix(".dist-info")
                }
        }
    }

    /// The interpreter in a folder: `python`, `python3`, or the newest that is named by its version.
    ///
    /// Rather a Python than a binary in the place of one, which would come to the same later.
    private func interpreter(in folder: String, _ files: Files) -> String? {
        let versions = files.names(folder).compactMap { name in
            name.hasPrefix("python3.") ? Int(name.dropFirst(8)) : nil
        }
        let names = Self.names + versions.sorted(by: >).map { "python3.\($0)" }
        let paths = names.map { "\(folder)/\($0)" }
        return paths.first(where: files.isRunnable) ?? paths.first(where: files.isDropIn)
    }

    private func onPath(_ name: String, _ files: Files) -> String? {
        for folder in (path ?? "").split(separator: ":", omittingEmptySubsequences: false) {
            let candidate = folder.isEmpty ? "./\(name)" : "\(folder)/\(name)"
            if files.isRunnable(candidate) || files.isDropIn(candidate) { return candidate }
        }
        return nil
    }
}
