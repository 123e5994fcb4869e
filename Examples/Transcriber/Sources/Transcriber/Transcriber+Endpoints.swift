import Glibc
import WorkerSDK

extension Transcriber: EndpointPlugin {
    /// Where Debian's packages put models.
    private static let models = "/usr/share/pocketsphinx/model"

    static var endpoints: [Endpoint<Transcriber>] {
        [
            // Beside calls, so that it is answered while a long recording is heard.
            .beside(.get, "/models") { _ in try installedModels() }
        ]
    }

    /// The folders that are whole models.
    private static func installedModels() throws -> [String] {
        guard let folder = opendir(models) else {
            throw PluginError(.unavailable, "\(models): \(String(cString: strerror(errno)))")
        }
        defer { closedir(folder) }
        var found: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if (try? ModelFiles("\(models)/\(name)")) != nil { found.append(name) }
        }
        return found.sorted()
    }
}
