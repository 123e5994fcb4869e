import Glibc
import WorkerSDK

/// The three parts of a model that lie in a folder NAME, as PocketSphinx installs them.
struct ModelFiles {
    let folder: String
    let acoustic: String
    let language: String
    let dictionary: String

    /// Finds the parts.
    ///
    /// - Throws: `PluginError` that names the first one that is not there.
    init(_ folder: String) throws {
        guard let name = folder.split(separator: "/").last else {
            throw PluginError(.invalidArgument, "modelFolder: expected a folder, found '\(folder)'")
        }
        self.folder = folder
        acoustic = "\(folder)/\(name)"
        language = "\(folder)/\(name).lm.bin"
        dictionary = "\(folder)/cmudict-\(name).dict"
        for path in [acoustic + "/mdef", language, dictionary] where access(path, R_OK) != 0 {
            let reason = String(cString: strerror(errno))
            throw PluginError(.invalidArgument, "modelFolder: cannot read \(path): \(reason)")
        }
    }
}
