/// Where a plugin may be, given what `--module` names.
package enum PluginSearch {
    /// The folder of plugins below a folder of libraries or of data.
    private static let folder = "universal-worker/plugins"

    /// The paths to try, best first, without duplicates.
    ///
    /// A module with a slash is the path itself. Any other is a plain name, also with dots as in
    /// `my_plugin.plugin`: `NAME.so` and `libNAME.so` are looked for, the ending once, in each folder of
    /// `pluginPath` (separated by colons), below `dataHome`, below the installation `prefix`,
    /// `/usr/local` and `/usr`. An unset, empty or relative `dataHome` is `home`/.local/share.
    package static func candidates(
        module: String, pluginPath: String?, dataHome: String?, home: String?, prefix: String?
    ) -> [String] {
        if module.contains("/") { return [module] }
        var folders = (pluginPath ?? "").split(separator: ":").map(String.init)
        if let dataHome, dataHome.hasPrefix("/") {
            folders.append(join(dataHome, folder))
        } else if let home, !home.isEmpty {
            folders.append(join(join(home, ".local/share"), folder))
        }
        for prefix in [prefix, "/usr/local", "/usr"].compactMap({ $0 }) {
            folders.append(join(join(prefix, "lib"), folder))
        }
        var paths: [String] = []
        for folder in folders {
            for name in files(module) {
                let path = join(folder, name)
                if !paths.contains(path) { paths.append(path) }
            }
        }
        return paths
    }

    /// The paths in the current folder that a plain name may have been meant for.
    ///
    /// They are not tried: what is loaded must not depend on the folder that a worker starts in.
    package static func nearby(module: String) -> [String] {
        if module.contains("/") { return [] }
        return (module.hasSuffix(".py") ? [module] : files(module)).map { "./\($0)" }
    }

    /// Whether a plain name is that of a file.
    package static func isFile(_ module: String) -> Bool {
        module.hasSuffix(".so") || module.hasSuffix(".py")
    }

    private static func files(_ module: String) -> [String] {
        let file = module.hasSuffix(".so") ? module : "\(module).so"
        return [file, "lib\(file)"]
    }

    /// The installation prefix of a binary at `PREFIX/bin/NAME`; nil where it is elsewhere.
    package static func prefix(ofExecutable path: String) -> String? {
        let parts = path.split(separator: "/")
        guard path.hasPrefix("/"), parts.count >= 2, parts[parts.count - 2] == "bin" else {
            return nil
        }
        return "/" + parts.dropLast(2).joined(separator: "/")
    }

    private static func join(_ folder: String, _ name: String) -> String {
        var folder = folder[...]
        while folder.hasSuffix("/") { folder.removeLast() }
        return "\(folder)/\(name)"
    }
}
