internal import PluginHost
internal import WorkerCore
internal import WorkerHTTP
internal import WorkerOS

/// The end of a worker: drain, cancel, clean up, all within one budget of time.
///
/// What a step does not need, it does not wait.
struct Shutdown {
    let host: PluginHost
    let server: Server
    let socket: ListeningSocket
    let grace: Duration

    /// Ends everything; on the main thread.
    ///
    /// - Returns: false where plugin code did not return in time.
    func run() -> Bool {
        let start = deadline(after: .zero)
        func share(_ percent: Int) -> UInt64 {
            start + (deadline(after: grace) - start) / 100 * UInt64(percent)
        }
        _ = server.quiesce()
        host.close(CallFailure(.unavailable, "The worker is shutting down"))
        if !host.waitUntilIdle(until: share(60)) {
            host.cancelAll(CallFailure(.cancelled, "The worker is shutting down")) { _ in }
            guard host.waitUntilIdle(until: share(75)) else { return false }
        }
        _ = server.waitUntilAnswered(until: share(80))
        let isEnded = host.end(until: share(90))
        if !server.isWaiting { server.stop() }
        socket.close()
        return isEnded
    }
}
