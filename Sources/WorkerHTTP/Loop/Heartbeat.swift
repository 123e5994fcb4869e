package import WorkerCore

/// The signs of life that the HTTP thread gives as long as its loop turns.
package struct Heartbeat: Sendable {
    /// The time between two of them.
    let interval: TimeSpan
    /// Gives one, without ever waiting; false where it has to be tried again soon.
    let send: @Sendable () -> Bool

    /// Makes a heartbeat; `send` runs on the HTTP thread.
    package init(interval: TimeSpan, send: @escaping @Sendable () -> Bool) {
        self.interval = interval
        self.send = send
    }

    /// Gives a sign of life, and returns when the next one has to follow.
    ///
    /// What could not be sent is tried again much earlier: with the next regular one it would be
    /// too late.
    func beat(at now: Moment) -> Moment { now + (send() ? interval : interval / 8) }
}
