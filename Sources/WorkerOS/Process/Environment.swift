import CLinux
import Glibc

/// The variables that the worker knows, copied once at its start.
///
/// `getenv` races with a plugin's `setenv`: read before the plugin is loaded, then use the copy.
package struct Environment: Sendable, Equatable {
    /// The names of the variables that are copied.
    package static let names = [
        "UNIVERSAL_WORKER_PLUGIN_PATH", "UNIVERSAL_WORKER_PYTHON", "VIRTUAL_ENV", "CONDA_PREFIX",
        "PATH",
        "UNIVERSAL_WORKER_TOKEN", "XDG_DATA_HOME", "HOME",
        "JOURNAL_STREAM", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "NOTIFY_SOCKET",
        "WATCHDOG_PID", "WATCHDOG_USEC",
    ]
    /// Those among them that children need as well.
    private static let shared = [
        "UNIVERSAL_WORKER_PLUGIN_PATH", "UNIVERSAL_WORKER_PYTHON", "VIRTUAL_ENV", "CONDA_PREFIX",
        "PATH", "XDG_DATA_HOME", "HOME", "JOURNAL_STREAM",
    ]
    private let values: [String: String]

    /// An environment of given values, for tests.
    package init(values: [String: String]) {
        self.values = values
    }

    /// Copies the variables of this process.
    ///
    /// Call it while there is one thread. The corresponding C function is `getenv`.
    package static func current() -> Environment {
        var values: [String: String] = [:]
        for name in names {
            guard let value = unsafe getenv(name) else { continue }
            values[name] = unsafe String(cString: value)
        }
        return Environment(values: values)
    }

    /// The value of a variable; nil where it is unset or not among `names`.
    package subscript(name: String) -> String? { values[name] }

    /// Removes the variables that were meant for this process alone, so that no child takes them for its own.
    ///
    /// Call it while there is one thread. The corresponding C function is `unsetenv`.
    package static func removePrivate() {
        for name in names where !shared.contains(name) { unsafe unsetenv(name) }
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
