private import Glibc
package import WorkerCore
internal import WorkerOS

/// The folder that `universal-worker new` makes: a template with the plugin's name in it.
package struct NewFolder {
    /// Why it was not made; nothing is left of it.
    package struct WriteError: Error, CustomStringConvertible {
        let path: String
        let error: SystemError

        package var description: String { "cannot write '\(path)': \(error)" }
    }

    private let options: NewPlugin
    private let files: [(path: String, text: String)]

    /// Fills in a template.
    ///
    /// - Parameters:
    ///   - options: what to make.
    ///   - binary: the absolute path of the worker.
    ///   - searchPath: the folders in which a shell looks for programs, colons between.
    /// - Throws: `UsageError` where WorkerSDK is needed, and is not there.
    package init(_ options: NewPlugin, binary: String, searchPath: String) throws(UsageError) {
        self.options = options
        let isFound = searchPath.split(separator: ":").contains {
            "\($0)/universal-worker" == binary
        }
        let worker = isFound ? "universal-worker" : binary
        let sdk = options.language == .swift ? try Self.sdk(options, binary) : ""
        files = TemplateFile.all(of: options.language).map { file in
            let fill = { options.fill($0, worker: worker, sdk: sdk) }
            return (fill(file.path), file.path.hasSuffix(".h") ? file.text : fill(file.text))
        }
    }

    private static func sdk(_ options: NewPlugin, _ binary: String) throws(UsageError) -> String {
        let hasSDK = { (folder: String) in
            NewPlugin.marks.allSatisfy { PythonSearch.Files.system.exists("\(folder)/\($0)") }
        }
        guard let given = options.sdk else {
            guard let found = NewPlugin.places(around: binary).first(where: hasSDK) else {
                throw .noSDK(binary: binary)
            }
            return found
        }
        guard hasSDK(given), let path = unsafe realpath(given, nil) else {
            throw .invalidValue(
                given, option: "--sdk",
                expected: "a folder with \(NewPlugin.marks.joined(separator: " and "))")
        }
        defer { unsafe free(path) }
        return unsafe String(cString: path)
    }

    /// Writes the folder into the working directory; returns what to tell the user.
    ///
    /// The corresponding C functions are `mkdir`, and `open` with O_EXCL.
    ///
    /// - Throws: `UsageError` where something of its name is there, otherwise `WriteError`.
    package func write() throws -> String {
        let folder = options.name.folder
        guard unsafe mkdir(folder, 0o777) == 0 else {
            if errno == EEXIST { throw UsageError.folderExists(folder) }
            throw WriteError(path: folder, error: .last)
        }
        var made = [folder]
        do {
            for file in files { try write(file.text, to: "\(folder)/\(file.path)", &made) }
        } catch {
            // What was made last goes first, so that folders are empty when their turn comes.
            for path in made.reversed() { unsafe remove(path) }
            throw error
        }
        return """
            made \(folder), a plugin with the class \(options.name.className), in \(files.count) files
            cd \(folder) && make test check; make run serves it, and README.md tells the rest

            """
    }

    private func write(
        _ text: String, to path: String, _ made: inout [String]
    ) throws(WriteError) {
        let folders = path.split(separator: "/").dropLast()
        for count in folders.indices.dropFirst() {
            let folder = folders[...count].joined(separator: "/")
            if made.contains(folder) { continue }
            guard unsafe mkdir(folder, 0o777) == 0 else {
                throw WriteError(path: folder, error: .last)
            }
            made.append(folder)
        }
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw WriteError(path: path, error: .last) }
        made.append(path)
        let error = Console.write(text, to: descriptor)
        let hasClosed = close(descriptor) == 0
        if let error { throw WriteError(path: path, error: error) }
        guard hasClosed else { throw WriteError(path: path, error: .last) }
    }
}
