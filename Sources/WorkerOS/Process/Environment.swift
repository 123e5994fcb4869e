import CLinux
import Glibc
import WorkerCore
import WorkerThreads

/// The variables that the worker knows, copied once at its start.
///
/// `getenv` races with a plugin's `setenv`: read before the plugin is loaded, then use the copy.
package struct Environment: Sendable, Equatable {
    /// The names of the variables that are copied, beside those of the worker's options, and that
    /// children need as well.
    private static let shared = [
        "UNIVERSAL_WORKER_PLUGIN_PATH", "VIRTUAL_ENV", "CONDA_PREFIX", "PATH", "XDG_DATA_HOME",
        "HOME", "JOURNAL_STREAM", TokenSource.folderVariable, Arenas.variable, Arenas.tunables,
    ]
    /// Those that were meant for this process alone.
    private static let own = [
        "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "NOTIFY_SOCKET", "WATCHDOG_PID",
        "WATCHDOG_USEC",
    ]
    private let values: [String: String]
    /// What stood in the variable that is a token, of which `values` has but the name.
    let token: [UInt8]?

    /// An environment of given values, for tests.
    package init(values: [String: String], token: [UInt8]? = nil) {
        self.values = values
        self.token = token
    }

    /// Copies the variables of this process, and wipes out the one that is a token.
    ///
    /// Call it while there is one thread. The corresponding C variable is `environ`.
    package static func current() -> Environment {
        let token = takeToken()
        var values: [String: String] = [:]
        for entry in entries() {
            guard let sign = entry.firstIndex(of: "=") else { continue }
            let name = String(entry[..<sign])
            // As getenv: the first of several counts.
            guard values[name] == nil, isOwn(name) || shared.contains(name) else { continue }
            values[name] = String(entry[entry.index(after: sign)...])
        }
        return Environment(values: values, token: token)
    }

    /// Takes the token out of the memory that /proc/PID/environ shows; leaves its name.
    private static func takeToken() -> [UInt8]? {
        let name = TokenSource.variableName + "="
        var token: [UInt8]?
        var next = unsafe environ
        while let entry = unsafe next.pointee {
            unsafe next += 1
            guard unsafe strncmp(entry, name, name.utf8.count) == 0 else { continue }
            let value = unsafe entry + name.utf8.count
            let bytes = unsafe UnsafeMutableRawBufferPointer(start: value, count: strlen(value))
            token = unsafe token ?? [UInt8](bytes)
            unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0)
        }
        return token
    }

    /// Whether a variable is meant for this process alone.
    private static func isOwn(_ name: String) -> Bool {
        own.contains(name)
            || name.hasPrefix(CommandLineOption.variablePrefix) && !shared.contains(name)
    }

    /// Those that stand for options, or mean to.
    package var options: [String: String] {
        values.filter { $0.key.hasPrefix(CommandLineOption.variablePrefix) }
    }

    /// The value of a variable; nil where it is unset or not copied.
    package subscript(name: String) -> String? { values[name] }

    /// Removes the variables that were meant for this process alone, so that no child takes them for its own.
    ///
    /// Call it while there is one thread. The corresponding C function is `unsetenv`.
    package func removePrivate() {
        for name in values.keys where Self.isOwn(name) { unsafe unsetenv(name) }
    }

    /// Every variable of this process as NAME=value, such as a program that it starts gets it.
    ///
    /// Call it while no plugin has been loaded. The corresponding C variable is `environ`.
    package static func entries() -> [String] {
        var entries: [String] = []
        var next = unsafe environ
        while let entry = unsafe next.pointee {
            unsafe entries.append(String(cString: entry))
            unsafe next += 1
        }
        return entries
    }

    /// The path of the tokens that systemd hands to this process as a credential, if there are any.
    ///
    /// The corresponding C function is `lstat`.
    package var tokenCredential: String? {
        guard let folder = values[TokenSource.folderVariable], !folder.isEmpty else { return nil }
        let path = "\(folder)/\(TokenSource.credentialName)"
        var status = stat()
        // Only what is certainly not there is none.
        return unsafe lstat(path, &status) == 0 || errno != ENOENT ? path : nil
    }

    /// The number of sockets that systemd hands to the process of a number, from descriptor 3 on.
    package func inheritedSockets(processID: Int32 = getpid()) -> Int {
        guard let owner = values["LISTEN_PID"], Int32(owner) == processID,
            let count = values["LISTEN_FDS"].flatMap({ Int($0) })
        else { return 0 }
        return max(0, count)
    }
}

/// The arguments that this process was started with.
package enum ProcessArguments {
    /// Returns them, the program's name first; none at all where the starter gave none.
    ///
    /// Swift's own `CommandLine.arguments` reads /proc, which need not be there.
    package static func current() -> [String] {
        (0..<clinux_argument_count()).map { unsafe String(cString: clinux_argument($0)) }
    }
}
