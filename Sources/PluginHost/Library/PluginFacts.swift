internal import Synchronization
internal import WorkerCore
internal import WorkerJSON

/// What a plugin says of itself by functions that name no call.
///
/// Any thread; locks are held for an assignment.
final class PluginFacts: Sendable {
    private struct State {
        var health = ""
        var stats = ""
        var unfitness: String?
    }

    private let state = Mutex(State())

    /// The most that may be added to an answer, in bytes.
    private static let limit = 64 << 10
    /// The members of the worker's own.
    private static let healthKeys = [
        "status", "pid", "name", "version", "state", "uptime_seconds", "calls_running",
        "calls_queued",
    ]
    private static let statsKeys = ["pid", "cpu_percent", "memory_rss_mb", "subtree_pids"]

    /// Further members of /health, each behind a comma.
    var health: String { state.withLock { $0.health } }
    /// Further members of /stats, likewise.
    var stats: String { state.withLock { $0.stats } }
    /// Why the plugin is not fit for calls; nil if it is.
    var unfitness: String? { state.withLock { $0.unfitness } }

    /// Takes an object whose members are shown in /health; false where it may not be.
    func showHealth(_ json: UnsafeRawBufferPointer) -> Bool {
        guard let members = unsafe Self.members(json, Self.healthKeys) else { return false }
        // What is replaced is freed outside of the lock.
        _ = state.withLock { exchange(&$0.health, members) }
        return true
    }

    /// Takes an object whose members are shown in /stats, likewise.
    func showStats(_ json: UnsafeRawBufferPointer) -> Bool {
        guard let members = unsafe Self.members(json, Self.statsKeys) else { return false }
        _ = state.withLock { exchange(&$0.stats, members) }
        return true
    }

    /// Takes why the plugin is not fit for calls; nil if it is.
    func setUnfitness(_ reason: String?) {
        _ = state.withLock { exchange(&$0.unfitness, reason) }
    }

    private static func members(_ json: UnsafeRawBufferPointer, _ own: [String]) -> String? {
        guard json.count <= limit, let members = unsafe JSONMembers(json),
            !own.contains(where: { members.json($0) != nil })
        else { return nil }
        return members.further
    }
}
