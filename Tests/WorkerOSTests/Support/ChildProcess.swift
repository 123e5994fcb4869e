import Glibc
import Synchronization
import WorkerOS

/// A real child with default signals and an empty mask, killed with its object.
final class ChildProcess: Sendable {
    /// Held while a child is made and has not yet closed what is close-on-exec.
    static let spawning = Mutex(())

    let pid: Int32
    private let isReaped = Mutex(false)

    /// Starts a program; `inheriting` puts a descriptor of ours under a number of the child's.
    init(_ arguments: [String], inheriting: [(Int32, Int32)] = []) throws(SystemError) {
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        var mask = sigset_t()
        unsafe sigemptyset(&mask)
        unsafe posix_spawnattr_setsigmask(&attributes, &mask)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        for (ours, theirs) in inheriting {
            unsafe posix_spawn_file_actions_adddup2(&actions, ours, theirs)
        }
        var vector = unsafe arguments.map { unsafe strdup($0) }
        unsafe vector.append(nil)
        defer { for index in unsafe vector.indices { unsafe free(vector[index]) } }
        var pid: Int32 = 0
        let status = Self.spawning.withLock { _ in
            unsafe posix_spawn(&pid, arguments[0], &actions, &attributes, vector, environ)
        }
        unsafe posix_spawnattr_destroy(&attributes)
        unsafe posix_spawn_file_actions_destroy(&actions)
        guard status == 0 else { throw SystemError(code: status) }
        self.pid = pid
    }

    deinit {
        kill(pid, SIGKILL)
        wait()
    }

    /// Waits for the end and returns the raw status; only the first call waits.
    @discardableResult
    func wait() -> Int32 {
        isReaped.withLock { isReaped in
            var status: Int32 = 0
            if !isReaped { unsafe waitpid(pid, &status, 0) }
            isReaped = true
            return status
        }
    }
}
