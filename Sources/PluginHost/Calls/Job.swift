internal import WorkerCalls
internal import WorkerCore

/// What an executor does next.
enum Job: Sendable {
    /// A client's call.
    case call(Call)
    /// The worker's own: asks again for the configuration, as the plugin said that it changed.
    case refresh
    /// The worker's own, the first: asks what bodies requests have.
    case describe
    /// The worker's own: makes the plugin anew, whose process has died.
    case restart
    /// The worker's own, the last: cleanup if it is needed, then destroy.
    case end(Ending)

    var place: CallPlace {
        switch self {
        case .call(let call):
            // What runs beside calls never becomes a job.
            call.kind.place ?? .shared
        case .refresh, .describe, .restart, .end: .exclusiveNext
        }
    }

    /// The end of the plugin: an object, so that a job is as small as a call.
    final class Ending: Sendable {
        let needsCleanup: Bool
        let done: @Sendable () -> Void

        init(needsCleanup: Bool, done: @escaping @Sendable () -> Void) {
            self.needsCleanup = needsCleanup
            self.done = done
        }
    }
}
