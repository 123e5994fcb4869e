internal import Synchronization
internal import WorkerOS

/// The descriptors without which the worker cannot go on, and whether it still has them.
///
/// A plugin in the worker's process can close any, or put other files in their place: closing "all from
/// 3 on" is what daemons do.
final class Vitals: Sendable {
    private let checks = Mutex<[@Sendable () -> String?]>([])

    /// Adds what is looked at from now on, a few system calls on the watchdog's thread.
    ///
    /// - Parameter lost: returns the name of what is lost, for the log.
    func add(_ lost: @escaping @Sendable () -> String?) { checks.withLock { $0.append(lost) } }

    /// Adds a descriptor that is a socket, a pipe or a file.
    func add(_ name: String, _ descriptor: Int32) {
        guard let identity = FileIdentity(descriptor) else { return }
        add { identity.isWhole ? nil : name }
    }

    /// The name of the first that is lost; told once.
    func firstLost() -> String? {
        let checks = checks.withLock { $0 }
        for check in checks {
            guard let name = check() else { continue }
            self.checks.withLock { $0 = [] }
            return name
        }
        return nil
    }
}
